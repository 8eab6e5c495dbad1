import { readFileSync } from 'node:fs';
import { type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { KeyPair } from '../certificates.ts';
import { ROLE } from './instance-role.ts';

/** A request as it reached AWS. */
export interface Call {
  /** First part of the host name, without a bucket: `s3`, `ec2`, `secretsmanager`, ... */
  readonly service: string;
  /** Operation: that of a query or JSON protocol, or the method for S3. */
  readonly action: string;
  /** `/bucket/key` for S3, otherwise the path. */
  readonly path: string;
  /** Fields of a query protocol, or the top level of a JSON one. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** What was answered; undefined while the answer is under way. */
  status?: number;
}

/** An answer that this process gives itself. */
export interface Answer {
  readonly status: number;
  readonly type: 'text/xml' | 'application/x-amz-json-1.1';
  readonly body: string;
}

/** What the endpoint answers itself, by service; undefined hands the call on to the emulator. */
export type Responder = (call: Call) => Answer | undefined | Promise<Answer | undefined>;

/** A failure to answer with. What is left out matches everything. */
export interface Fault {
  readonly service: string;
  readonly action?: string;
  /** Beginning of the path: for S3 `/bucket/prefix`. */
  readonly prefix?: string;
  /** AWS's code, for example `AccessDenied`. */
  readonly code: string;
  /** @default 403 */
  readonly status?: number;
}

export interface EndpointProps {
  readonly keys: KeyPair;
  readonly region: string;
  /** Base address of the emulator. */
  readonly emulator: string;
  readonly responders: Readonly<Record<string, Responder>>;
}

/**
 * AWS as the machine sees it: TLS on the real host names, requests signed with the credentials of its instance role, and
 * faults on demand. Everything is written down. S3, Secrets Manager and others are carried by an emulator behind it.
 */
export class AwsEndpoint {
  /** Every request so far, in order. */
  readonly calls: Call[] = [];
  private readonly faults = new Set<Fault>();
  private readonly props: EndpointProps;
  private readonly server: Server;

  constructor(props: EndpointProps) {
    this.props = props;
    const { key, certificate } = props.keys;
    this.server = createServer(
      { key: readFileSync(key), cert: readFileSync(certificate) },
      (request, response) => {
        this.answer(request, response).catch((error: unknown) => {
          response.writeHead(502).end(String(error));
        });
      },
    );
  }

  async listen(socket: string): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(socket, resolve));
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Answers matching requests with a failure until the returned function is called. */
  fail(fault: Fault): () => void {
    this.faults.add(fault);
    return () => void this.faults.delete(fault);
  }

  /** The calls of one operation, for example `('secretsmanager', 'GetSecretValue')`. */
  callsOf(service: string, action: string): Call[] {
    return this.calls.filter((call) => call.service === service && call.action === action);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const { call, emulatorPath } = this.understand(request, body);
    this.calls.push(call);
    response.on('close', () => (call.status = response.statusCode));
    const answer = this.refusal(request, call) ?? (await this.props.responders[call.service]?.(call));
    if (answer) {
      response.writeHead(answer.status, {
        'Content-Type': answer.type,
        'Content-Length': request.method === 'HEAD' ? 0 : Buffer.byteLength(answer.body),
        'x-amzn-RequestId': 'test',
      });
      response.end(request.method === 'HEAD' ? undefined : answer.body);
      return;
    }
    this.handOn(request, body, emulatorPath, response);
  }

  private understand(request: IncomingMessage, body: Buffer): { call: Call; emulatorPath: string } {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '');
    const [name = ''] = host.split(`.${this.props.region}.`);
    const dot = name.lastIndexOf('.');
    const service = name.slice(dot + 1);
    // A bucket in the host name would need DNS for each of them at the emulator.
    const emulatorPath = (dot < 0 ? '' : `/${name.slice(0, dot)}`) + (request.url ?? '/');
    const path = decodeURIComponent(emulatorPath.split('?')[0] ?? '');
    const parameters = parametersOf(request, body);
    const target = String(request.headers['x-amz-target'] ?? '')
      .split('.')
      .at(-1);
    const { Action = request.method } = parameters;
    const action = target || (typeof Action === 'string' ? Action : '');
    return { call: { service, action, path, parameters }, emulatorPath };
  }

  private refusal(request: IncomingMessage, call: Call): Answer | undefined {
    const credential = `AWS4-HMAC-SHA256 Credential=${ROLE.accessKeyId}/`;
    const signed =
      request.headers.authorization?.startsWith(credential) === true &&
      request.headers['x-amz-security-token'] === ROLE.sessionToken;
    if (!signed) return failure(call, 'UnrecognizedClientException', 403, 'not signed by the instance role');
    if (isUpload(request, call) && !hasChecksum(request))
      return failure(call, 'InvalidRequest', 400, 'S3 asks for a checksum where Object Lock is on');
    const fault = [...this.faults].find(
      ({ service, action, prefix }) =>
        service === call.service &&
        (action === undefined || action === call.action) &&
        (prefix === undefined || call.path.startsWith(prefix)),
    );
    return fault && failure(call, fault.code, fault.status ?? 403, `fault of the test: ${fault.code}`);
  }

  private handOn(request: IncomingMessage, body: Buffer, path: string, response: ServerResponse): void {
    const { host, port } = new URL(this.props.emulator);
    const { expect: _, 'transfer-encoding': __, connection: ___, ...headers } = request.headers;
    const upstream = httpRequest(
      {
        host: '127.0.0.1',
        port,
        path,
        method: request.method,
        headers: { ...headers, host, 'content-length': body.length },
      },
      (answer) => {
        const { connection: _connection, ...kept } = answer.headers;
        response.writeHead(answer.statusCode ?? 502, kept);
        answer.pipe(response);
      },
    );
    upstream.on('error', (error) => {
      if (!response.headersSent) response.writeHead(502);
      response.end(String(error));
    });
    upstream.end(body);
  }
}

/** An object or a part of one, as a bucket takes it. */
function isUpload(request: IncomingMessage, { service, path }: Call): boolean {
  return service === 's3' && request.method === 'PUT' && /^\/[^/]+\/./.test(path);
}

/** What a bucket with Object Lock demands of every upload: buckets here are as strict without it. */
function hasChecksum({ headers }: IncomingMessage): boolean {
  const names = Object.keys(headers);
  return names.some((name) => name === 'content-md5' || name.startsWith('x-amz-checksum-'));
}

/** A failure in the words of the protocol that the call came in. */
export function failure(call: Call, code: string, status: number, message: string): Answer {
  if (call.service === 's3') {
    return {
      status,
      type: 'text/xml',
      body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    };
  }
  const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  if (call.service === 'ec2') {
    return {
      status,
      type: 'text/xml',
      body: `<Response><Errors>${error}</Errors><RequestID>test</RequestID></Response>`,
    };
  }
  if ('Action' in call.parameters) {
    return {
      status,
      type: 'text/xml',
      body: `<ErrorResponse>${error}<RequestId>test</RequestId></ErrorResponse>`,
    };
  }
  return { status, type: 'application/x-amz-json-1.1', body: JSON.stringify({ __type: code, message }) };
}

function parametersOf(request: IncomingMessage, body: Buffer): Record<string, unknown> {
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(body.toString()));
  }
  if (!type.startsWith('application/x-amz-json')) return {};
  const parsed: unknown = JSON.parse(body.toString() || '{}');
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
}
