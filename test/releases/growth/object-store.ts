import { SignatureV4 } from '@smithy/signature-v4';
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';

export const CREDENTIALS = {
  AccessKeyId: 'ASIAEXAMPLE',
  SecretAccessKey: 'secret-Of-The-Task/4',
  Token: 'session-Token==',
} as const;
const REGION = 'eu-central-1';

/**
 * S3 over HTTP for reading what the server's programs have put into their buckets, and the address at which ECS tells a
 * task the credentials of its role. A request that is not signed as AWS's own client signs it is refused.
 */
export class ObjectStoreServer {
  /** Keys that were read, in order. */
  readonly reads: string[] = [];
  /** What of them was asked for. */
  readonly ranges: (string | undefined)[] = [];
  /** After so many bytes a connection breaks, once each time it is set. */
  breakAfter?: number;
  private readonly server: Server;
  private readonly objects: string;

  static async start(objects: string): Promise<ObjectStoreServer> {
    const store = new ObjectStoreServer(objects);
    await new Promise<void>((resolve) => store.server.listen(0, '127.0.0.1', resolve));
    return store;
  }

  private constructor(objects: string) {
    this.objects = objects;
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => response.destroy(Error(String(error))));
    });
  }

  /** What a task's environment says about both. */
  get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL_S3: this.address,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${this.address}/credentials`,
    };
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private get address(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the server does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.address);
    if (pathname === '/credentials') {
      response.end(JSON.stringify(CREDENTIALS));
      return;
    }
    if (!(await this.isSigned(request, pathname))) {
      response.writeHead(403).end('<Error><Code>SignatureDoesNotMatch</Code></Error>');
      return;
    }
    const [, bucket = '', ...key] = pathname.split('/').map(decodeURIComponent);
    const file = join(this.objects, bucket, encodeURIComponent(key.join('/')));
    if (!existsSync(file)) {
      response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
      return;
    }
    this.reads.push(key.join('/'));
    this.send(file, request, response);
  }

  private send(file: string, { headers }: IncomingMessage, response: ServerResponse): void {
    this.ranges.push(headers.range);
    const { size, mtimeMs } = statSync(file);
    const etag = `"${mtimeMs}"`;
    if (headers['if-match'] !== undefined && headers['if-match'] !== etag) {
      response.writeHead(412).end('<Error><Code>PreconditionFailed</Code></Error>');
      return;
    }
    const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '');
    const start = Number(range?.[1] ?? 0);
    const end = range?.[2] ? Number(range[2]) : size - 1;
    response.writeHead(range ? 206 : 200, {
      etag,
      'content-length': Math.max(0, end - start + 1),
      ...(range && { 'content-range': `bytes ${start}-${end}/${size}` }),
    });
    if (size === 0) {
      response.end();
      return;
    }
    const stream = createReadStream(file, { start, end, highWaterMark: this.breakAfter && 4096 });
    if (this.breakAfter !== undefined && end - start > this.breakAfter) {
      let sent = 0;
      const limit = this.breakAfter;
      this.breakAfter = undefined;
      stream.on('data', (block) => {
        sent += block.length;
        // What was written before is on its way.
        if (sent > limit) setTimeout(() => response.destroy(), 50);
        if (sent > limit) stream.unpipe(response);
      });
    }
    stream.pipe(response);
  }

  /** Whether AWS's own client would have come to the same signature. */
  private async isSigned({ method = '', headers }: IncomingMessage, path: string): Promise<boolean> {
    const given = /SignedHeaders=([^,]+),\s*Signature=/.exec(headers.authorization ?? '');
    const names = (given?.[1] ?? '').split(';');
    const signer = new SignatureV4({
      service: 's3',
      region: REGION,
      uriEscapePath: false,
      applyChecksum: false,
      sha256: Sha256,
      credentials: {
        accessKeyId: CREDENTIALS.AccessKeyId,
        secretAccessKey: CREDENTIALS.SecretAccessKey,
        sessionToken: CREDENTIALS.Token,
      },
    });
    const request = {
      method,
      path,
      protocol: 'http:',
      hostname: '127.0.0.1',
      headers: Object.fromEntries(names.map((name) => [name, String(headers[name])])),
      query: {},
    };
    const signed = await signer.sign(request, {
      signingDate: moment(String(headers['x-amz-date'])),
      // All that it signed, also what this signer would leave out.
      signableHeaders: new Set(names),
    });
    return (
      names.includes('host') &&
      signatureOf(headers.authorization) !== undefined &&
      signatureOf(headers.authorization) === signatureOf(signed.headers['authorization'])
    );
  }
}

function signatureOf(header = ''): string | undefined {
  return /Signature=([0-9a-f]{64})$/.exec(header)?.[1];
}

function moment(text: string): Date {
  return new Date(text.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

class Sha256 {
  private readonly hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: Uint8Array): void {
    this.hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  reset(): void {
    throw new Error('a hash that was begun is not begun again');
  }
}

function bytesOf(secret: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof secret === 'string') return secret;
  return ArrayBuffer.isView(secret)
    ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
    : new Uint8Array(secret);
}
