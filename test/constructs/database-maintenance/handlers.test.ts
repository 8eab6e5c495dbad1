import { S3 } from '@aws-sdk/client-s3';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHandlers } from '../../../constructs/database-maintenance/maintain.lambda/handlers.ts';
import { reportSchema } from '../../../constructs/database-maintenance/maintain.lambda/maintenance.ts';
import { MAINTENANCE_STATEMENTS } from '../../../constructs/database-maintenance/maintenance-files.ts';
import { AwsWire } from '../../support/aws-wire.ts';
import { type PostgresCluster, startPostgres } from '../../support/postgres.ts';

const NOW = new Date('2026-11-29T05:00:00.000Z');
const PASSWORD = 'maintainer-Secret-1';

let cluster: PostgresCluster;
let wire: AwsWire;
beforeAll(async () => {
  cluster = await startPostgres({ settings: { autovacuum: 'off' } });
  wire = await AwsWire.start();
  cluster.sql([
    'CREATE ROLE odoo',
    `CREATE ROLE odoo_maintainer LOGIN PASSWORD '${PASSWORD}'`,
    'GRANT odoo, pg_read_all_stats TO odoo_maintainer',
    'CREATE DATABASE odoo OWNER odoo',
  ]);
}, 60_000);
afterAll(() => {
  wire?.stop();
  cluster?.stop();
});

const lines: string[] = [];
/** What the clock says next, before it stands still. */
const ticks: Date[] = [];
beforeEach(() => {
  wire.reset();
  lines.length = 0;
  ticks.length = 0;
  wire.otherwise = ({ operation }) => (operation.startsWith('PUT ') ? {} : undefined);
  cluster.sql(
    [
      'DROP SCHEMA public CASCADE; CREATE SCHEMA public',
      'GRANT ALL ON SCHEMA public TO odoo',
      'SET ROLE odoo',
      'CREATE TABLE res_partner (id serial PRIMARY KEY, name text)',
      "INSERT INTO res_partner (name) SELECT 'Partner ' || n FROM generate_series(1, 5000) n",
      'CREATE TABLE "Sale Order" (id int)',
      'INSERT INTO "Sale Order" SELECT generate_series(1, 10)',
    ],
    'odoo',
  );
});

const handlers = () =>
  createHandlers({
    settings: {
      environment: 'prod',
      auditBucket: 'audit',
      host: cluster.host,
      port: cluster.port,
      database: 'odoo',
      user: 'odoo_maintainer',
    },
    s3: new S3({ region: 'eu-central-1', maxAttempts: 1, forcePathStyle: true }),
    ca: readFileSync(cluster.caBundle, 'utf8'),
    token: async () => PASSWORD,
    statements: {
      staleTables: MAINTENANCE_STATEMENTS['stale-tables.sql'] ?? '',
      look: MAINTENANCE_STATEMENTS['look.sql'] ?? '',
    },
    now: () => ticks.shift() ?? NOW,
    log: (line) => void lines.push(line),
  });

/** The report that was written, and its key. */
async function look() {
  const { report: key } = await handlers().maintainDatabase();
  const put = wire.calls.findLast(({ operation }) => operation === `PUT /audit/${key}`);
  return { key, report: reportSchema.parse(JSON.parse(put?.body ?? 'null')) };
}

function published(): Record<string, unknown> {
  const { _aws, ...values } = JSON.parse(lines.at(-1) ?? '{}');
  const [{ Namespace, Dimensions }] = _aws.CloudWatchMetrics;
  expect([Namespace, Dimensions]).toEqual(['Odoo/Maintenance', [['Environment']]]);
  return values;
}

/** What somebody would miss: rows, tables, indexes and their definitions. */
const contents = (): string =>
  cluster.sql(
    [
      'SELECT md5(string_agg(t::text, chr(10) ORDER BY id)) FROM res_partner t',
      'SELECT count(*) FROM "Sale Order"',
      "SELECT string_agg(relname || relfilenode, chr(10) ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace",
      "SELECT string_agg(indexdef, chr(10) ORDER BY indexname) FROM pg_indexes WHERE schemaname = 'public'",
    ],
    'odoo',
  );

describe('a look at the database', () => {
  it('refreshes what is behind, writes what it found, and changes nothing else', async () => {
    const before = contents();
    const { key, report } = await look();
    expect(key).toBe('maintenance/2026-11-29T05:00:00.000Z-well.json');
    expect(report).toMatchObject({
      environment: 'prod',
      at: NOW.toISOString(),
      analyzed: ['res_partner', '"Sale Order"'],
      left: [],
      findings: [],
    });
    expect(published()).toEqual({
      Environment: 'prod',
      Findings: 0,
      UrgentFindings: 0,
      BloatShare: report.measures['bloatPercent'],
      MaintenanceAge: 0,
    });
    expect(contents()).toBe(before);
    expect((await look()).report.analyzed).toEqual([]);
  });

  it('tells the worst in the name, and counts', async () => {
    cluster.sql(["SELECT setval('res_partner_id_seq', 2000000000)", 'ANALYZE'], 'odoo');
    const { key, report } = await look();
    expect(key).toMatch(/-urgent\.json$/);
    expect(report.findings).toMatchObject([{ severity: 'urgent', object: 'res_partner.id' }]);
    expect(published()).toMatchObject({ Findings: 1, UrgentFindings: 1 });
  });

  it('gives up on a lock instead of keeping everybody waiting behind it, and says so', async () => {
    const holder = cluster.hold(
      'odoo',
      'alter-table',
      'BEGIN; LOCK TABLE res_partner IN ACCESS EXCLUSIVE MODE',
    );
    try {
      await expect
        .poll(() =>
          cluster.sql(
            "SELECT count(*) FROM pg_locks WHERE relation = 'res_partner'::regclass AND granted",
            'odoo',
          ),
        )
        .not.toBe('0');
      const { report } = await look();
      expect(report.analyzed).toEqual(['"Sale Order"']);
      expect(report.left).toEqual([
        { table: 'res_partner', because: 'canceling statement due to lock timeout' },
      ]);
      expect(report.findings).toMatchObject([{ check: 'statistics missing', object: 'res_partner' }]);
    } finally {
      holder.kill();
      await once(holder, 'exit');
    }
  });

  it('leaves what its role may not analyze, of which PostgreSQL would only warn', async () => {
    cluster.sql(['CREATE TABLE foreign_table (id int)', 'INSERT INTO foreign_table VALUES (1)'], 'odoo');
    const { report } = await look();
    expect(report.left).toEqual([{ table: 'foreign_table', because: 'this role may not' }]);
  });

  it('ends in time: what is left is named', async () => {
    const later = new Date(NOW.getTime() + 9 * 60_000);
    ticks.push(NOW, later, later);
    const {
      report: { analyzed, left },
    } = await look();
    expect(analyzed).toEqual([]);
    expect(left.map(({ because }) => because)).toEqual(['there was no time left', 'there was no time left']);
  });

  it('has not taken place when its report could not be written', async () => {
    wire.otherwise = () => ({ code: 'AccessDenied', status: 403 });
    await expect(handlers().maintainDatabase()).rejects.toThrow();
    expect(lines).toEqual([]);
  });
});

const listing = (...keys: string[]): string =>
  `<ListBucketResult>${keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('')}</ListBucketResult>`;

describe('the age of the last look', () => {
  const LIST = 'GET /audit/';
  const NOTE = 'GET /audit/watermarks/maintenance.json';

  it('is that of the newest report', async () => {
    const keys = ['2026-11-15T05:00:00.000Z-urgent', '2026-11-22T05:00:00.000Z-well'];
    wire.on(LIST, {
      body: listing(...keys.map((key) => `maintenance/${key}.json`), 'maintenance/notes.txt'),
    });
    await handlers().publishAge();
    expect(published()).toEqual({ Environment: 'prod', MaintenanceAge: 7 * 86_400 });
  });

  it('counts from when it was expected first, until there is one', async () => {
    wire.on(LIST, { body: listing() }, { body: listing() });
    wire.on(NOTE, { code: 'NoSuchKey', status: 404 }, { body: '{"since":"2026-11-19T05:00:00.000Z"}' });
    await handlers().publishAge();
    expect(published()).toMatchObject({ MaintenanceAge: 0 });
    const put = wire.calls.find(({ operation }) => operation === 'PUT /audit/watermarks/maintenance.json');
    expect(JSON.parse(put?.body ?? '')).toEqual({ since: NOW.toISOString() });
    await handlers().publishAge();
    expect(published()).toMatchObject({ MaintenanceAge: 10 * 86_400 });
  });

  it('is not known when the note cannot be read, and is not begun anew', async () => {
    wire.on(LIST, { body: listing() });
    wire.on(NOTE, { code: 'AccessDenied', status: 403 });
    await expect(handlers().publishAge()).rejects.toThrow();
    expect(wire.calls.filter(({ operation }) => operation.startsWith('PUT'))).toEqual([]);
  });
});
