import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Duplex } from 'node:stream';

export interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What happens to a handshake: `held` as Odoo does it, and the ways in which it goes wrong. */
export type Websocket = 'held' | 'dies' | 'outdated' | 'reset' | 'hangs' | 400 | 404 | 500;

/** As Odoo 18 and 19 send it: hidden, until their script shows it. */
const LOGIN_PAGE = `<!DOCTYPE html>
<html><head><title>Login | Example</title>
<link rel="stylesheet" href="/web/assets/1/web.assets_frontend.min.css"/>
<script>var odoo = {}; odoo.__session_info__ = {"websocket_worker_version": "19.0-2"};</script>
<script defer src="/web/assets/2/web.assets_frontend_minimal.min.js"></script>
</head><body>
<form class="oe_login_form d-none" action="/web/login" method="post">
<input name="login"/><input name="password" type="password"/><button type="submit">Log in</button>
</form></body></html>`;

const HEALTHY: Readonly<Record<string, Answer>> = {
  '/web/login': { type: 'text/html; charset=utf-8', body: LOGIN_PAGE },
  '/web/assets/1/web.assets_frontend.min.css': { type: 'text/css', body: '.d-none { display: none; }' },
  '/web/assets/2/web.assets_frontend_minimal.min.js': {
    type: 'application/javascript',
    // What the page says of the session is gone once it was read.
    body: `delete odoo.__session_info__; addEventListener('load', () => {
      document.querySelector('form')?.classList.remove('d-none');
      const lazy = document.createElement('script');
      lazy.src = '/web/assets/3/web.assets_frontend_lazy.min.js';
      document.head.append(lazy);
    });`,
  },
  '/web/assets/3/web.assets_frontend_lazy.min.js': { type: 'text/javascript', body: 'void 0;' },
  '/web/health': { type: 'application/json', body: '{"status": "pass", "db_server_status": true}' },
};

/** Odoo as far as a canary sees it, on this machine; well until it is told otherwise. */
export class OdooStandIn {
  /** By path; `hangs` never answers. */
  readonly answers = new Map<string, Answer | 'hangs'>();
  websocket: Websocket = 'held';
  /** Handshakes that were asked for, with their query strings. */
  readonly handshakes: string[] = [];
  readonly requests: string[] = [];
  /** Where plain HTTP leads, as nginx does it where there is a certificate. */
  plainLeadsTo?: string;
  private readonly servers: { close(): void }[] = [];
  private readonly sockets = new Set<Socket>();

  /** @returns its URL. */
  async listen(tls?: { readonly key: string; readonly cert: string }): Promise<string> {
    const server = tls === undefined ? createServer() : createTlsServer(tls);
    server.on('request', (request, response) => this.answer(request, response));
    server.on('upgrade', (request, socket) => this.shakeHands(request, socket));
    server.on('connection', (socket) => this.sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.servers.push(server);
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server listened on no port');
    return `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`;
  }

  close(): void {
    for (const server of this.servers) server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  /** The login page with something changed. */
  changeLoginPage(change: (html: string) => string): void {
    this.answers.set('/web/login', { type: 'text/html; charset=utf-8', body: change(LOGIN_PAGE) });
  }

  private answer({ url = '/', socket, headers }: IncomingMessage, response: ServerResponse): void {
    this.requests.push(url);
    const target = this.plainLeadsTo;
    if (target !== undefined && !(socket instanceof TLSSocket) && target !== `http://${headers.host}`) {
      response.writeHead(301, { Location: `${target}${url}` }).end();
      return;
    }
    const [path = ''] = url.split('?');
    const answer = this.answers.get(path) ?? HEALTHY[path] ?? { status: 404, body: 'not found' };
    if (answer === 'hangs') return;
    const { status = 200, type = 'text/html', body = '', headers: more = {} } = answer;
    response.writeHead(status, { 'Content-Type': type, ...more }).end(body);
  }

  private shakeHands({ url = '', headers }: IncomingMessage, socket: Duplex): void {
    this.handshakes.push(url);
    // A browser that goes away is no failure of the server.
    socket.on('error', () => undefined);
    if (this.websocket === 'hangs') return;
    if (this.websocket === 'reset') socket.destroy();
    else if (typeof this.websocket === 'number') {
      socket.end(`HTTP/1.1 ${this.websocket} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    } else {
      const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
      const accept = createHash('sha1').update(key).digest('base64');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      if (this.websocket === 'dies') setTimeout(() => socket.destroy(), 50);
      if (this.websocket === 'outdated') socket.end(closeFrame(1000, 'OUTDATED_VERSION'));
    }
  }
}

function closeFrame(code: number, reason: string): Buffer {
  const payload = Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]);
  return Buffer.concat([Buffer.from([0x88, payload.length]), payload]);
}
