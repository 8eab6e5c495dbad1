import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { encodeFrame, OPCODE, readFrames } from './frames.ts';

export interface WebsocketOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Local address to connect from. */
  readonly from?: string;
}

/** A websocket as a browser opens it: answers pings, remembers what comes and how it ends. */
export class WebsocketClient {
  readonly messages: string[] = [];
  pings = 0;
  /** Status of the close frame; 0 when the connection ended without one. */
  readonly closed: Promise<number>;
  private readonly socket: Duplex;

  private constructor(socket: Duplex, early: Buffer) {
    this.socket = socket;
    let status = 0;
    readFrames(socket, early, ({ opcode, payload }) => {
      if (opcode === OPCODE.text) this.messages.push(payload.toString());
      if (opcode === OPCODE.ping) {
        this.pings += 1;
        socket.write(encodeFrame({ opcode: OPCODE.pong, payload }, true));
      }
      if (opcode === OPCODE.close) {
        status = payload.length >= 2 ? payload.readUInt16BE(0) : 0;
        socket.end(encodeFrame({ opcode: OPCODE.close, payload }, true));
      }
    });
    socket.on('error', () => socket.destroy());
    this.closed = new Promise((resolve) => socket.once('close', () => resolve(status)));
  }

  /**
   * Opens one on a port of this machine.
   *
   * @throws Error that names the status when the upgrade is refused.
   */
  static open(
    port: number,
    path = '/websocket?version=19.0-1',
    options: WebsocketOptions = {},
  ): Promise<WebsocketClient> {
    return new Promise((resolve, reject) => {
      const sent = request({
        host: '127.0.0.1',
        port,
        path,
        localAddress: options.from,
        headers: {
          host: 'erp.example.com',
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': randomBytes(16).toString('base64'),
          ...options.headers,
        },
      });
      sent.on('upgrade', (_, socket, early) => resolve(new WebsocketClient(socket, early)));
      sent.on('response', (response) => {
        response.resume();
        reject(new Error(`the websocket was refused with ${response.statusCode}`));
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  send(text: string): void {
    this.socket.write(encodeFrame({ opcode: OPCODE.text, payload: Buffer.from(text) }, true));
  }

  /** Ends the connection without a word, like a browser whose network is gone. */
  drop(): void {
    this.socket.destroy();
  }
}
