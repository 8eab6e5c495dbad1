import { createHash } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { acceptKey, encodeFrame, GOING_AWAY, OPCODE, readFrames } from './frames.ts';

/** What Python's server takes and Node's by itself does not. */
const AS_PYTHON = { maxHeaderSize: 128 * 1024, requireHostHeader: false };

/** A request as it reached Odoo. */
export interface SeenRequest {
  readonly port: 'http' | 'websocket';
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  /** Names and values as they came, also those that came twice. */
  readonly rawHeaders: readonly string[];
  readonly httpVersion: string;
  readonly body: Buffer;
  readonly bodyBytes: number;
  readonly bodySha256: string;
  /** Time from the headers to the last byte of the body, in milliseconds: how long a worker waited for the client. */
  readonly arrivedInMs: number;
}

export interface OdooAnswer {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

/** How the stand-in answers a path: at once or later; `'hang up'` closes the connection without an answer. */
export type Answerer = (request: SeenRequest) => OdooAnswer | 'hang up' | Promise<OdooAnswer | 'hang up'>;

export interface OdooStandInOptions {
  /** @default 40000 - as Odoo 19 does */
  readonly pingEveryMs?: number;
  /**
   * How long a worker waits for the next bytes of a request before it hangs up.
   *
   * @default 2000 - as Odoo does (ODOO_HTTP_SOCKET_TIMEOUT)
   */
  readonly patienceMs?: number;
}

/** A script that compresses well, as Odoo's bundles do. */
export const BUNDLE = 'odoo.define("web", () => 42);\n'.repeat(2000);

/**
 * Stands in for Odoo's two ports: remembers every request that nginx sends and answers as Odoo does where nginx
 * depends on it. The workers' port speaks HTTP/1.0, closes after each answer and hangs up on a request that comes
 * slowly; the other one speaks websocket, echoes messages and pings.
 */
export class OdooStandIn {
  readonly seen: SeenRequest[] = [];
  /** Requests that came so slowly that a worker hung up. */
  impatient = 0;
  /** Answers to pings, from all websockets. */
  pongs = 0;
  private readonly answerers = new Map<string, Answerer>();
  private readonly answered = new Map<string, () => void>();
  private readonly websockets = new Set<Duplex>();
  private readonly pingEveryMs: number;
  private readonly http = createServer(
    AS_PYTHON,
    (request, response) => void this.serve('http', request, response),
  );
  private readonly websocket = createServer(
    AS_PYTHON,
    (request, response) => void this.serve('websocket', request, response),
  );

  constructor({ pingEveryMs = 40_000, patienceMs = 2_000 }: OdooStandInOptions = {}) {
    this.pingEveryMs = pingEveryMs;
    this.http.on('connection', (socket: Socket) => {
      socket.setTimeout(patienceMs, () => {
        this.impatient += 1;
        socket.destroy();
      });
    });
    this.websocket.on('upgrade', (request: IncomingMessage, socket: Duplex, early: Buffer) =>
      this.upgrade(request, socket, early),
    );
  }

  /** Listens on free ports, or again on those it had; does nothing where it listens already. */
  async start(
    ports = { odoo: 0, websocket: 0 },
  ): Promise<{ readonly odoo: number; readonly websocket: number }> {
    return {
      odoo: await listen(this.http, ports.odoo),
      websocket: await listen(this.websocket, ports.websocket),
    };
  }

  /** Closes ports and connections, like a process that was killed. */
  async stop(): Promise<void> {
    await Promise.all([close(this.http), this.stopWebsockets()]);
  }

  /** Closes the gevent port alone. */
  async stopWebsockets(): Promise<void> {
    for (const socket of this.websockets) socket.destroy();
    await close(this.websocket);
  }

  get openWebsockets(): number {
    return this.websockets.size;
  }

  /** Answers a path (without its query string) in another way than by default. */
  on(path: string, answerer: Answerer): void {
    this.answerers.set(path, answerer);
  }

  /** Calls back once the last byte of an answer for this path has left, when a worker would be free again. */
  onceAnswered(path: string, callback: () => void): void {
    this.answered.set(path, callback);
  }

  /** Every request for a path, with its query string. */
  requests(url: string): readonly SeenRequest[] {
    return this.seen.filter((request) => request.url === url);
  }

  /** The last request for a path, with its query string. */
  last(url: string): SeenRequest {
    const request = this.requests(url).at(-1);
    if (!request) throw new Error(`Odoo saw no ${url}, only ${this.seen.map(({ url }) => url).join(', ')}`);
    return request;
  }

  /** Sends a message to every open websocket. */
  notify(text: string): void {
    for (const socket of this.websockets) {
      socket.write(encodeFrame({ opcode: OPCODE.text, payload: Buffer.from(text) }, false));
    }
  }

  /** Closes every websocket as an Odoo that is asked to stop does. */
  closeWebsockets(): void {
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(GOING_AWAY);
    for (const socket of this.websockets) socket.write(encodeFrame({ opcode: OPCODE.close, payload }, false));
  }

  private async serve(
    port: SeenRequest['port'],
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const started = performance.now();
    const chunks: Buffer[] = [];
    // An upload that its sender gave up is nothing that Odoo saw.
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    if (
      !(await new Promise<boolean>((resolve) => {
        request.on('end', () => resolve(true));
        request.on('close', () => resolve(false));
      }))
    )
      return;
    request.socket.setTimeout(0);
    const seen = this.remember(port, request, Buffer.concat(chunks), performance.now() - started);
    const path = seen.url.split('?', 1)[0] ?? '';
    const answer = await (this.answerers.get(path) ?? defaultAnswer)(seen);
    if (answer === 'hang up') request.socket.destroy();
    else if (port === 'http') answerLikeAWorker(request.socket, seen.method, answer, this.answered.get(path));
    else response.writeHead(answer.status ?? 200, flatten(answer.headers)).end(answer.body);
  }

  private upgrade(request: IncomingMessage, socket: Duplex, early: Buffer): void {
    this.remember('websocket', request, Buffer.alloc(0), 0);
    socket.write(
      [
        'HTTP/1.1 101 Switching Protocols',
        'Upgrade: websocket',
        'Connection: Upgrade',
        `Sec-WebSocket-Accept: ${acceptKey(request.headers['sec-websocket-key'] ?? '')}`,
        '\r\n',
      ].join('\r\n'),
    );
    const ping = setInterval(
      () => socket.write(encodeFrame({ opcode: OPCODE.ping, payload: Buffer.alloc(0) }, false)),
      this.pingEveryMs,
    );
    this.websockets.add(socket);
    socket.on('end', () => socket.end());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearInterval(ping);
      this.websockets.delete(socket);
    });
    readFrames(socket, early, ({ opcode, payload }) => {
      if (opcode === OPCODE.text) socket.write(encodeFrame({ opcode, payload }, false));
      if (opcode === OPCODE.pong) this.pongs += 1;
      if (opcode === OPCODE.close) socket.end();
    });
  }

  private remember(
    port: SeenRequest['port'],
    request: IncomingMessage,
    body: Buffer,
    arrivedInMs: number,
  ): SeenRequest {
    const { method = '', url = '', headers, rawHeaders, httpVersion } = request;
    const bodySha256 = createHash('sha256').update(body).digest('hex');
    const seen = {
      port,
      method,
      url,
      headers,
      rawHeaders,
      httpVersion,
      body,
      bodyBytes: body.length,
      bodySha256,
      arrivedInMs,
    };
    this.seen.push(seen);
    return seen;
  }
}

/** By the class of the path, as Odoo's controllers do; every answer carries a session. */
function defaultAnswer({ url }: SeenRequest): OdooAnswer {
  const session = 'session_id=abc; Path=/; HttpOnly';
  if (url.startsWith('/web/assets/') || url.includes('/static/')) {
    return { headers: { 'Content-Type': 'application/javascript', 'Set-Cookie': session }, body: BUNDLE };
  }
  if (url.startsWith('/web/content/')) {
    return {
      headers: {
        'Content-Type': 'application/pdf',
        'X-Accel-Redirect': '/web/filestore/odoo/ab/abcd',
        'Set-Cookie': session,
      },
    };
  }
  if (/^\/(web|websocket)\/health/.test(url)) {
    return {
      headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
      body: '{"status": "pass"}',
    };
  }
  return {
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Set-Cookie': session },
    body: '<p>Odoo</p>',
  };
}

/** Werkzeug under Odoo's prefork server: HTTP/1.0, one answer per connection. */
function answerLikeAWorker(socket: Socket, method: string, answer: OdooAnswer, done?: () => void): void {
  const { status = 200, headers = {} } = answer;
  const body = Buffer.from(answer.body ?? '');
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((one) => `${name}: ${one}`),
  );
  const length = status === 304 || status === 204 ? [] : [`Content-Length: ${body.length}`];
  const chosen = lines.some((line) => /^content-length:/i.test(line)) ? [] : length;
  socket.write(
    [`HTTP/1.0 ${status} ${STATUS_CODES[status]}`, ...lines, ...chosen, 'Connection: close', '\r\n'].join(
      '\r\n',
    ),
  );
  socket.end(method === 'HEAD' ? '' : body, done);
}

function flatten(headers: OdooAnswer['headers'] = {}): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

async function listen(server: Server, port: number): Promise<number> {
  if (!server.listening) {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stand-in listens on no port');
  return address.port;
}
