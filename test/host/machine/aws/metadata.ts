import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ROLE } from './instance-role.ts';

const HOUR_MS = 3_600_000;

export interface Instance {
  readonly id: string;
  readonly region: string;
  readonly userData: string;
}

/** The instance metadata service, version 2 alone: without a token it answers nothing. */
export class MetadataService {
  /** Who asks: there is one machine at a time. */
  instance?: Instance;
  private readonly tokens = new Set<string>();
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => this.answer(request, response));
  }

  async listen(socket: string): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(socket, resolve));
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? '/', 'http://metadata').pathname;
    if (request.method === 'PUT' && path === '/latest/api/token') {
      if (request.headers['x-aws-ec2-metadata-token-ttl-seconds'] === undefined) return end(response, 400);
      const token = randomBytes(16).toString('hex');
      this.tokens.add(token);
      return end(response, 200, token);
    }
    if (!this.tokens.has(String(request.headers['x-aws-ec2-metadata-token']))) return end(response, 401);
    const value = this.instance && document(this.instance, path.replace(/^\/[^/]+\//, ''));
    return value === undefined ? end(response, 404) : end(response, 200, value);
  }
}

function document({ id, region, userData }: Instance, path: string): string | undefined {
  const zone = `${region}a`;
  const role = 'meta-data/iam/security-credentials/';
  const documents: Record<string, string> = {
    'user-data': userData,
    'meta-data/instance-id': id,
    'meta-data/instance-type': 't3.large',
    'meta-data/local-hostname': 'odoo',
    'meta-data/placement/availability-zone': zone,
    'meta-data/placement/region': region,
    'meta-data/services/domain': 'amazonaws.com',
    'meta-data/services/partition': 'aws',
    [role]: ROLE.name,
    [role.slice(0, -1)]: ROLE.name,
    [role + ROLE.name]: credentials(),
    'dynamic/instance-identity/document': JSON.stringify({ instanceId: id, region, availabilityZone: zone }),
  };
  return documents[path];
}

function credentials(): string {
  return JSON.stringify({
    Code: 'Success',
    Type: 'AWS-HMAC',
    LastUpdated: new Date().toISOString(),
    AccessKeyId: ROLE.accessKeyId,
    SecretAccessKey: ROLE.secretAccessKey,
    Token: ROLE.sessionToken,
    Expiration: new Date(Date.now() + 6 * HOUR_MS).toISOString(),
  });
}

function end(response: ServerResponse, status: number, text = ''): void {
  response.writeHead(status, { 'Content-Type': 'text/plain' }).end(text);
}
