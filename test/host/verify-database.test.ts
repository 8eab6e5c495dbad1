import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type PostgresCluster, startPostgres } from '../support/postgres.ts';
import { findPython } from '../support/python.ts';

const python = findPython(['psycopg2'], ['python3-psycopg2']);

const program = fileURLToPath(
  new URL('../../constructs/database-job/files/verify_database.py', import.meta.url),
);

interface Report {
  readonly ok: boolean;
  readonly database: readonly string[];
  readonly attachments: readonly string[];
  readonly rows?: Readonly<Record<string, number>>;
  readonly files?: Readonly<Record<string, number>>;
  readonly modules?: number;
  readonly version?: string;
}

let cluster: PostgresCluster;
const filestore = mkdtempSync(join(tmpdir(), 'odoo-filestore-'));
beforeAll(async () => {
  cluster = await startPostgres();
  cluster.sql("CREATE ROLE odoo LOGIN PASSWORD 'secret'");
});
afterAll(() => {
  cluster?.stop();
  rmSync(filestore, { recursive: true });
});

/** Runs the program as it runs against any database; `filestore` is left out where nothing is given. */
function verify(directory: string | undefined = filestore): { code: number | null; report: Report } {
  const { status, stdout, stderr } = spawnSync(
    python,
    [
      program,
      '--host',
      cluster.host,
      '--port',
      String(cluster.port),
      ...(directory ? ['--filestore', directory] : []),
    ],
    {
      encoding: 'utf8',
      env: {
        ...process.env,
        PGPASSWORD: 'secret',
        PGSSLMODE: 'verify-full',
        PGSSLROOTCERT: cluster.caBundle,
      },
    },
  );
  if (stdout === '') throw new Error(stderr);
  const report: unknown = JSON.parse(stdout);
  if (!isReport(report)) throw new Error(`not a report: ${stdout}`);
  return { code: status, report };
}

function isReport(value: unknown): value is Report {
  return typeof value === 'object' && value !== null && 'ok' in value;
}

function createDatabase(collation = 'C'): void {
  cluster.sql('DROP DATABASE IF EXISTS odoo');
  cluster.sql(`CREATE DATABASE odoo OWNER odoo TEMPLATE template0 LC_COLLATE '${collation}'`);
}

function attach(content: string): string {
  const sha1 = createHash('sha1').update(content).digest('hex');
  const name = `${sha1.slice(0, 2)}/${sha1}`;
  const file = join(filestore, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  cluster.sql(
    `INSERT INTO ir_attachment VALUES ('${name}', 'binary', ${Buffer.byteLength(content)}, '${sha1}')`,
    'odoo',
  );
  return name;
}

describe('the verification of a restored database', () => {
  beforeEach(() => {
    createDatabase();
    cluster.sql(
      [
        'CREATE EXTENSION pg_trgm',
        'CREATE TABLE ir_module_module (name text, state text, latest_version text)',
        'CREATE TABLE ir_attachment (store_fname text, type text, file_size int, checksum text)',
        'CREATE TABLE res_partner (id int)',
        "INSERT INTO ir_module_module VALUES ('base', 'installed', '19.0.1.3'), ('web', 'installed', '19.0.1.0'), ('crm', 'uninstalled', NULL)",
        'INSERT INTO res_partner SELECT generate_series(1, 7)',
        'GRANT SELECT ON ALL TABLES IN SCHEMA public TO odoo',
      ],
      'odoo',
    );
  });

  it('counts what it has seen', () => {
    attach('one');
    attach('two');
    attach('two');
    expect(verify()).toMatchObject({
      code: 0,
      report: {
        ok: true,
        database: [],
        attachments: [],
        modules: 2,
        version: '19.0.1.3',
        rows: { res_partner: 7, ir_attachment: 3 },
        files: { referredTo: 2, missing: 0, 'wrong size': 0, 'wrong content': 0 },
      },
    });
  });

  it('finds files that are missing, of the wrong size, or of other content', () => {
    const [missing, short, other] = ['to be missed', 'to be shortened', 'to be changed'].map(attach);
    unlinkSync(join(filestore, missing ?? ''));
    writeFileSync(join(filestore, short ?? ''), 'to be');
    writeFileSync(join(filestore, other ?? ''), 'TO BE CHANGED');
    const { code, report } = verify();
    expect(code).toBe(1);
    expect(report.database).toEqual([]);
    expect(report.attachments).toEqual([
      `1 missing: ${missing}`,
      `1 wrong size: ${short}`,
      `1 wrong content: ${other}`,
    ]);
  });

  it('names the first of many', () => {
    for (let i = 0; i < 25; i++) unlinkSync(join(filestore, attach(`file ${i}`)));
    expect(verify().report.attachments[0]).toMatch(
      /^25 missing: (?:[0-9a-f]{2}\/[0-9a-f]{40},? ){20}\.\.\.$/,
    );
  });

  it('leaves links, and files that are kept in the database, alone', () => {
    cluster.sql(
      "INSERT INTO ir_attachment VALUES (NULL, 'binary', 3, 'x'), (NULL, 'url', NULL, NULL)",
      'odoo',
    );
    expect(verify().report.files).toMatchObject({ referredTo: 0 });
  });

  it('does without a filestore', () => {
    unlinkSync(join(filestore, attach('one')));
    expect(verify('').report).toMatchObject({ ok: true, files: { referredTo: 1 } });
  });

  it.each([
    [
      "UPDATE ir_module_module SET state = 'to upgrade' WHERE name = 'crm'",
      'a change of modules was not finished: crm',
    ],
    [
      "UPDATE ir_module_module SET state = 'uninstalled' WHERE name = 'web'",
      'modules are not installed: web',
    ],
    ['DROP EXTENSION pg_trgm', 'the extension pg_trgm is missing'],
    ['DROP TABLE ir_attachment', 'it holds no Odoo'],
  ])('finds a database that cannot be served: %s', (statement, problem) => {
    cluster.sql(statement, 'odoo');
    expect(verify()).toMatchObject({ code: 1, report: { ok: false, database: [problem] } });
  });
});

describe('a database that Odoo could not use', () => {
  it('is one of another collation, or an empty one', () => {
    createDatabase('C.UTF-8');
    expect(verify().report.database).toEqual([
      'encoding and collation are UTF8 and C.UTF-8 instead of UTF8 and C',
      'it holds no Odoo',
    ]);
  });

  it('is one that nobody can log in to', () => {
    cluster.sql('DROP DATABASE odoo');
    const { code, report } = verify();
    expect(code).toBe(1);
    expect(report.database[0]).toContain('database "odoo" does not exist');
  });
});
