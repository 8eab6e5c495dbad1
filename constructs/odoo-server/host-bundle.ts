import { createHash } from 'node:crypto';

/** A file of the bundle: its path inside and its text. */
export interface BundleFile {
  readonly path: string;
  readonly text: string;
}

/** Scripts and rendered configuration of the host, as one archive. */
export interface HostBundle {
  readonly archive: Buffer;
  /** Hexadecimal SHA-256 of the archive, checked by the host before it runs anything out of it. */
  readonly sha256: string;
}

const BLOCK = 512;

/**
 * Packs files into a tar archive whose bytes depend on their paths and texts alone.
 *
 * A zipped directory asset would not do: it is zipped when it is published, so its hash is unknown at synthesis. Nor is
 * the archive compressed: the bytes that come out of zlib differ between versions of Node, and with them the hash, the
 * launch template and in the end the server.
 *
 * @throws when a path is longer than the 100 bytes that the format has room for.
 */
export function packBundle(files: readonly BundleFile[]): HostBundle {
  const entries = files.toSorted((a, b) => (a.path < b.path ? -1 : 1)).map(tarEntry);
  const archive = Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)]);
  return { archive, sha256: createHash('sha256').update(archive).digest('hex') };
}

function tarEntry({ path, text }: BundleFile): Buffer {
  if (Buffer.byteLength(path) > 100)
    throw new Error(`path of a bundle file must fit in 100 bytes, got '${path}'`);
  const content = Buffer.from(text);
  const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
  return Buffer.concat([tarHeader(path, content.length), content, padding]);
}

/** POSIX ustar: owned by root, readable by root alone, last changed at the epoch. */
function tarHeader(path: string, size: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(path, 0);
  header.write(octal(0o600, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(0, 11), 136);
  // The checksum is computed with its own field filled with spaces.
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  header.write(
    octal(
      header.reduce((sum, byte) => sum + byte, 0),
      6,
    ),
    148,
  );
  return header;
}

function octal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits, '0')}\0`;
}
