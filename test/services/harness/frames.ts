import { createHash, randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';

/** Kinds of websocket frames (RFC 6455, section 5.2). */
export const OPCODE = { text: 1, close: 8, ping: 9, pong: 10 } as const;

/** Status of a close frame: the far side goes away (RFC 6455, section 7.4.1). */
export const GOING_AWAY = 1001;

export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** What the server answers to the client's key. */
export function acceptKey(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

/** One unfragmented frame of up to 64 KiB, as servers (plain) or clients (masked) send it. */
export function encodeFrame({ opcode, payload }: Frame, masked: boolean): Buffer {
  const long = payload.length > 125;
  const head = Buffer.alloc(long ? 4 : 2);
  head[0] = 0x80 | opcode;
  head[1] = (masked ? 0x80 : 0) | (long ? 126 : payload.length);
  if (long) head.writeUInt16BE(payload.length, 2);
  if (!masked) return Buffer.concat([head, payload]);
  const mask = randomBytes(4);
  return Buffer.concat([head, mask, applyMask(payload, mask)]);
}

/** Calls `onFrame` for every frame that arrives; `early` is what came with the handshake. */
export function readFrames(socket: Duplex, early: Buffer, onFrame: (frame: Frame) => void): void {
  let rest = Buffer.alloc(0);
  const take = (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let next = decodeFrame(rest); next; next = decodeFrame(rest)) {
      rest = rest.subarray(next.bytes);
      onFrame(next.frame);
    }
  };
  socket.on('data', take);
  take(early);
}

function decodeFrame(bytes: Buffer): { readonly frame: Frame; readonly bytes: number } | undefined {
  if (bytes.length < 2) return undefined;
  const [first = 0, second = 0] = bytes;
  const long = (second & 0x7f) === 126;
  if (long && bytes.length < 4) return undefined;
  const length = long ? bytes.readUInt16BE(2) : second & 0x7f;
  const maskAt = long ? 4 : 2;
  const start = maskAt + (second & 0x80 ? 4 : 0);
  if (bytes.length < start + length) return undefined;
  const payload = bytes.subarray(start, start + length);
  return {
    frame: {
      opcode: first & 0x0f,
      payload: start === maskAt ? payload : applyMask(payload, bytes.subarray(maskAt, start)),
    },
    bytes: start + length,
  };
}

function applyMask(payload: Buffer, mask: Buffer): Buffer {
  return Buffer.from(payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
}
