import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PostgresCluster } from '../../support/postgres.ts';

/** What two databases and filestores have in common, and where they differ. */
export interface Compared {
  readonly tables: number;
  readonly rows: number;
  readonly files: number;
  /** One sentence for each table or file that is not the same, empty when nothing was lost. */
  readonly differences: readonly string[];
}

interface Side {
  readonly cluster: PostgresCluster;
  readonly filestore: string;
}

/** Compares every row of every table, and every file that the database refers to, one by one. */
export function compare(old: Side, grown: Side): Compared {
  const folder = mkdtempSync(join(tmpdir(), 'odoo-comparison-'));
  try {
    const tables = [...new Set([old, grown].flatMap(({ cluster }) => tablesOf(cluster)))].toSorted();
    const compared = tables.map((table) => compareTable(table, old, grown, folder));
    const names = filesOf(old.cluster);
    const lost = names.filter((name) => !sameFile(join(old.filestore, name), join(grown.filestore, name)));
    return {
      tables: tables.length,
      rows: compared.reduce((sum, { rows }) => sum + rows, 0),
      files: names.length,
      differences: [
        ...compared.flatMap(({ difference }) => (difference === undefined ? [] : [difference])),
        ...lost.map((name) => `attachment ${name} is not the same`),
      ],
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function filesOf(cluster: PostgresCluster): string[] {
  const files = 'SELECT DISTINCT store_fname FROM ir_attachment WHERE store_fname IS NOT NULL ORDER BY 1';
  return cluster.sql(files, 'odoo').split('\n').filter(Boolean);
}

function tablesOf(cluster: PostgresCluster): string[] {
  const tables = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'";
  return cluster.sql(tables, 'odoo').split('\n');
}

/** Every row as text, in the order of its key, a line each; then line by line. */
function compareTable(
  table: string,
  old: Side,
  grown: Side,
  folder: string,
): { readonly rows: number; readonly difference?: string } {
  const files = [old, grown].map(({ cluster }, index) => {
    const file = join(folder, `${table}.${index}`);
    const query = `COPY (SELECT t::text FROM "${table}" t ORDER BY ${keyOf(cluster, table)}) TO STDOUT`;
    execFileSync(
      'psql',
      [
        '-h',
        cluster.directory,
        '-p',
        String(cluster.port),
        '-U',
        'bootstrap',
        '-Xq',
        '-c',
        query,
        '-o',
        file,
        'odoo',
      ],
      {
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    );
    return file;
  });
  const [one = '', other = ''] = files;
  const rows = lines(one);
  try {
    if (sameFile(one, other)) return { rows };
    return { rows, difference: `${table}: ${firstDifference(one, other)}` };
  } finally {
    for (const file of files) rmSync(file);
  }
}

/** Columns of the primary key, of which every table here has one. */
function keyOf(cluster: PostgresCluster, table: string): string {
  const key = `SELECT string_agg(quote_ident(attname), ', ') FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey) WHERE indisprimary AND indrelid = '"${table}"'::regclass`;
  return cluster.sql(key, 'odoo');
}

function lines(file: string): number {
  let count = 0;
  forEachBlock(file, (block) => {
    for (const byte of block) if (byte === 10) count += 1;
  });
  return count;
}

function firstDifference(one: string, other: string): string {
  const [mine = [], theirs = []] = [one, other].map((file) => readFileSync(file, 'utf8').split('\n'));
  const index = mine.findIndex((line, at) => line !== theirs[at]);
  return `${mine.length} rows and ${theirs.length}, first ${mine[index]} and ${theirs[index]}`;
}

function sameFile(one: string, other: string): boolean {
  const size = sizeOf(one);
  if (size === undefined || size !== sizeOf(other)) return false;
  if (size < 1 << 20) return readFileSync(one).equals(readFileSync(other));
  const descriptor = openSync(other, 'r');
  try {
    let same = true;
    const theirs = Buffer.alloc(1 << 20);
    forEachBlock(one, (block) => {
      const read = readSync(descriptor, theirs, 0, block.length, null);
      same &&= block.equals(theirs.subarray(0, read));
    });
    return same;
  } finally {
    closeSync(descriptor);
  }
}

function sizeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.size;
}

function forEachBlock(file: string, act: (block: Buffer) => void): void {
  const descriptor = openSync(file, 'r');
  const block = Buffer.alloc(1 << 20);
  try {
    for (let read = 1; read > 0;) {
      read = readSync(descriptor, block, 0, block.length, null);
      if (read > 0) act(block.subarray(0, read));
    }
  } finally {
    closeSync(descriptor);
  }
}
