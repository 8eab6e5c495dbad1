import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compare } from './growth/comparison.ts';
import { LocalCloud } from './growth/local-cloud.ts';
import { NewSide } from './growth/new-side.ts';
import { OldServer } from './growth/old-server.ts';

// With LARGE=1 in the environment it is the one of docs/growth.md: about a gigabyte of database and 100,000 attachments,
// several minutes; a tenth of that otherwise.
const SCALE = process.env['LARGE'] === '1' ? 1 : 0.1;
const ATTACHMENTS = 100_000 * SCALE;
const MINUTES = 60_000;

let old: OldServer;
let grown: NewSide;
beforeAll(async () => {
  old = await OldServer.start();
  grown = await NewSide.start(old.host);
  const tables = readFileSync(new URL('growth/large.sql', import.meta.url), 'utf8');
  old.cluster.sql(`SET test.scale = ${SCALE};${tables}`, 'odoo');
  attach(ATTACHMENTS);
}, 15 * MINUTES);
afterAll(async () => {
  grown?.stop();
  await old?.stop();
  // Some disks take minutes for the removal of so many files.
}, 15 * MINUTES);

/** Small files, as most attachments are, and the rows that refer to them. */
function attach(count: number): void {
  const directories = new Set<string>();
  const rows = Array.from({ length: count }, (_, number) => {
    const content = `attachment ${number} ${'x'.repeat(number % 3000)}`;
    const sha1 = createHash('sha1').update(content).digest('hex');
    const directory = join(old.host.filestore, sha1.slice(0, 2));
    if (!directories.has(directory)) mkdirSync(directory, { recursive: true });
    directories.add(directory);
    writeFileSync(join(directory, sha1), content);
    return `${number}\t${sha1.slice(0, 2)}/${sha1}\tbinary\t${content.length}\t${sha1}\n`;
  });
  const file = join(old.host.path, 'attachments');
  writeFileSync(file, rows.join(''));
  old.cluster.sql(`COPY ir_attachment (name, store_fname, type, file_size, checksum) FROM '${file}'`, 'odoo');
}

it(
  'moves a large database and many attachments while users work',
  async () => {
    const cloud = new LocalCloud(old, grown);
    await old.boot();
    // What a server does every five minutes anyway.
    expect((await old.backup('filestore')).code).toBe(0);
    const { databaseBytes, files } = await cloud.serverStatus();
    const handedOver = await cloud.handOver();
    grown.show();
    const received = await cloud.receive({ ...handedOver, commit: true });
    console.log(
      `${(databaseBytes / 1e9).toFixed(2)} GB, ${files} attachments and more meanwhile, ${received.rows} rows;` +
        ` handed over in ${JSON.stringify(handedOver.seconds)} s (dump ${handedOver.dumpBytes} bytes),` +
        ` received in ${JSON.stringify(received.seconds)} s`,
    );
    const result = compare(
      { cluster: old.cluster, filestore: old.host.filestore },
      { cluster: grown.bench.cluster, filestore: grown.filestore },
    );
    expect(result.differences).toEqual([]);
    expect(result).toMatchObject({ rows: received.rows, files: received.files });
    expect(result.files).toBeGreaterThan(ATTACHMENTS);
    expect(old.confirmed.length).toBeGreaterThan(10);
  },
  20 * MINUTES,
);
