import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** A request as it reached Odoo. */
export interface SeenRequest {
  readonly port: 'http' | 'websocket';
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly bodyBytes: number;
}

/** A script that compresses well, as Odoo's bundles do. */
export const BUNDLE = 'odoo.define("web", () => 42);\n'.repeat(2000);

/** Stands in for Odoo's two ports: remembers what nginx sends and answers as Odoo does where nginx depends on it. */
export class FakeOdoo {
  readonly seen: SeenRequest[] = [];
  private readonly http = createServer((request, response) => this.answer('http', request, response));
  private readonly websocket = createServer((request, response) =>
    this.answer('websocket', request, response),
  );

  constructor() {
    this.websocket.on('upgrade', (request: IncomingMessage, socket) => {
      this.remember('websocket', request, 0);
      const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
      const accept = createHash('sha1').update(key).digest('base64');
      socket.end(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
    });
  }

  async start(): Promise<{ readonly odoo: number; readonly websocket: number }> {
    return { odoo: await listen(this.http), websocket: await listen(this.websocket) };
  }

  async stop(): Promise<void> {
    for (const server of [this.http, this.websocket]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  /** The last request for a path. */
  last(path: string): SeenRequest {
    const request = this.seen.findLast(({ url }) => url === path);
    if (!request) throw new Error(`Odoo saw no ${path}, only ${this.seen.map(({ url }) => url).join(', ')}`);
    return request;
  }

  private answer(port: SeenRequest['port'], request: IncomingMessage, response: ServerResponse): void {
    let bodyBytes = 0;
    request.on('data', (chunk: Buffer) => (bodyBytes += chunk.length));
    request.on('end', () => {
      this.remember(port, request, bodyBytes);
      const path = request.url ?? '';
      response.setHeader('Set-Cookie', 'session_id=abc; Path=/; HttpOnly');
      if (path.startsWith('/web/assets/') || path.includes('/static/')) {
        response.setHeader('Content-Type', 'application/javascript');
        response.end(BUNDLE);
      } else if (path.startsWith('/web/content/')) {
        response.setHeader('Content-Type', 'application/pdf');
        response.setHeader('X-Accel-Redirect', '/web/filestore/odoo/ab/abcd');
        response.end();
      } else {
        response.setHeader('Content-Type', 'text/html');
        response.end('<p>Odoo</p>');
      }
    });
  }

  private remember(port: SeenRequest['port'], request: IncomingMessage, bodyBytes: number): void {
    const { method = '', url = '', headers } = request;
    this.seen.push({ port, method, url, headers, bodyBytes });
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return portOf(server);
}

/** A port that nothing uses at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return address.port;
}
