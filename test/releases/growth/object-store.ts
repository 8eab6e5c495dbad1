import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { CREDENTIALS, isSigned } from './task-signature.ts';

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
    if (!(await isSigned(request))) {
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
}
