import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** A body as it comes over a slow line: in pieces, with a pause after each. */
export function slowly(body: Buffer, pieceBytes: number, pauseMs: number): Readable {
  return Readable.from(pieces(body, pieceBytes, pauseMs));
}

async function* pieces(body: Buffer, pieceBytes: number, pauseMs: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < body.length; start += pieceBytes) {
    yield body.subarray(start, start + pieceBytes);
    await sleep(pauseMs);
  }
}
