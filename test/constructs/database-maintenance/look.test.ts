import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type PostgresCluster, startPostgres } from '../../support/postgres.ts';

// The two statements on a real server, on which each kind of trouble was planted, and beside each of them its sound sibling.

const statement = (name: string): string =>
  readFileSync(
    new URL(`../../../constructs/database-maintenance/files/${name}.sql`, import.meta.url),
    'utf8',
  );
const LOOK = statement('look');
const STALE = statement('stale-tables');

interface Look {
  readonly findings: readonly {
    readonly check: string;
    readonly severity: string;
    readonly object: string;
    readonly seen: string;
    readonly advice: string;
  }[];
  readonly measures: Readonly<Record<string, number>>;
}

let cluster: PostgresCluster;

beforeAll(async () => {
  // Nothing but the tests analyzes or vacuums.
  cluster = await startPostgres({
    settings: { autovacuum: 'off', max_prepared_transactions: 2, wal_level: 'logical' },
  });
}, 60_000);
afterAll(() => cluster?.stop());

let count = 0;
let database = '';
beforeEach(() => {
  database = `look${(count += 1)}`;
  cluster.sql(`CREATE DATABASE ${database}`);
});

const sql = (...statements: string[]): string => cluster.sql(statements, database);
const look = (): Look => JSON.parse(sql(LOOK));
const found = ({ findings } = look()): string[] =>
  findings.map(({ check, severity, object }) => `${severity}: ${check}: ${object}`);

const stale = (...before: string[]): readonly { name: string; may: boolean }[] =>
  JSON.parse(sql(...before, STALE));

const CREATE_ROWS = `CREATE TABLE res_partner (id serial PRIMARY KEY, name text, ref text, active bool);
  INSERT INTO res_partner (name, ref, active) SELECT 'Partner ' || n, md5(n::text), true FROM generate_series(1, 1000) n`;

it('finds nothing in a database that is well, and counts', () => {
  sql(CREATE_ROWS, 'VACUUM ANALYZE');
  const { findings, measures } = look();
  expect(findings).toEqual([]);
  expect(measures).toMatchObject({ deadRows: 0, oldestTransactionSeconds: 0, fullestSequencePercent: 0 });
  expect(measures['databaseBytes']).toBeGreaterThan(1 << 20);
  expect(measures['bloatPercent']).toBeLessThan(15);
});

describe('sequences', () => {
  it('are near their end by what their column can hold, also where the sequence itself could go on', () => {
    sql(
      'CREATE TABLE mail_message (id serial PRIMARY KEY)',
      'CREATE TABLE account_move (id int PRIMARY KEY)',
      // As PostgreSQL before version 10 made them, and a dump keeps them.
      'CREATE SEQUENCE account_move_id_seq AS bigint OWNED BY account_move.id',
      'CREATE TABLE mail_tracking (id serial PRIMARY KEY)',
      'CREATE TABLE bus (id bigserial PRIMARY KEY)',
      'CREATE SEQUENCE ir_sequence_001',
      "SELECT setval('mail_message_id_seq', 1200000000), setval('account_move_id_seq', 1800000000)",
      "SELECT setval('mail_tracking_id_seq', 1000000000), setval('bus_id_seq', 1800000000), setval('ir_sequence_001', 1800000000)",
    );
    const looked = look();
    expect(found(looked)).toEqual([
      'urgent: sequence near its end: account_move.id',
      'soon: sequence near its end: mail_message.id',
    ]);
    expect(looked.findings[0]?.seen).toBe('1800000000 of 2147483647, which is 83 %');
    expect(looked.measures['fullestSequencePercent']).toBe(83.8);
  });
});

describe('indexes', () => {
  it('are invalid where building them concurrently failed, which is urgent where they were to be unique', () => {
    sql(CREATE_ROWS, "UPDATE res_partner SET name = 'twice' WHERE id < 3", 'VACUUM ANALYZE');
    expect(() => sql('CREATE UNIQUE INDEX CONCURRENTLY res_partner_name ON res_partner (name)')).toThrow();
    expect(() => sql('CREATE INDEX CONCURRENTLY res_partner_bad ON res_partner ((1 / (id - 7)))')).toThrow();
    expect(found()).toEqual([
      'urgent: invalid index: res_partner_name',
      'soon: invalid index: res_partner_bad',
    ]);
    expect(look().findings[0]?.advice).toContain('REINDEX INDEX CONCURRENTLY res_partner_name');
    expect(look().findings[1]?.advice).toContain('REINDEX INDEX CONCURRENTLY res_partner_bad');
  });

  it('are unused only where their table is used by another', () => {
    sql(
      'CREATE TABLE big (id serial PRIMARY KEY, a text, b text UNIQUE)',
      "INSERT INTO big (a, b) SELECT md5(n::text) || repeat('x', 120), md5(n::text) || repeat('y', 120) FROM generate_series(1, 500000) n",
      'CREATE INDEX big_a ON big (a)',
      'VACUUM ANALYZE',
    );
    expect(found()).toEqual([]);
    sql(
      'SET enable_seqscan = off',
      'DO $$ BEGIN FOR n IN 1..10500 LOOP PERFORM a FROM big WHERE id = n; END LOOP; END $$',
      'SELECT pg_stat_force_next_flush()',
    );
    expect(found()).toEqual(['note: unused index: big_a']);
    // What counts begins anew after a crash; then nothing can be said for a month.
    sql('SELECT pg_stat_reset()', 'VACUUM ANALYZE');
    sql(
      'SET enable_seqscan = off',
      'DO $$ BEGIN FOR n IN 1..10500 LOOP PERFORM a FROM big WHERE id = n; END LOOP; END $$',
    );
    expect(found()).toEqual([]);
  }, 60_000);
});

describe('bloat', () => {
  it('is found in tables and indexes that are half empty, and estimated as pgstattuple measures it', () => {
    sql(
      'CREATE EXTENSION pgstattuple',
      'CREATE TABLE mail_message (id serial PRIMARY KEY, body text, subject text, author int, sent timestamp, note text)',
      'INSERT INTO mail_message (body, subject, author, sent) SELECT repeat(md5(n::text), 6), CASE WHEN n % 3 = 0 THEN md5(n::text) END, n % 50, now() FROM generate_series(1, 700000) n',
      'CREATE INDEX mail_message_body ON mail_message (body)',
      'CREATE INDEX mail_message_lower ON mail_message (lower(body))',
      'CREATE TABLE sound AS SELECT * FROM mail_message LIMIT 300000',
      'VACUUM ANALYZE',
    );
    expect(found()).toEqual([]);
    // A session tells what it has changed when it ends.
    sql('DELETE FROM mail_message WHERE id % 4 <> 0');
    sql('VACUUM ANALYZE');
    const looked = look();
    expect(found(looked)).toEqual([
      'soon: bloated index: mail_message_body',
      'soon: bloated index: mail_message_lower',
      'soon: bloated table: mail_message',
    ]);
    const measured = Number(
      sql(
        "SELECT (SELECT free_space FROM pgstattuple('mail_message')) + (SELECT free_space FROM pgstattuple('sound'))",
      ),
    );
    const estimated = looked.measures['tableBloatBytes'] ?? 0;
    expect(estimated / measured).toBeGreaterThan(0.85);
    expect(estimated / measured).toBeLessThan(1.15);
    sql('VACUUM FULL mail_message', 'ANALYZE');
    expect(found()).toEqual([]);
  }, 120_000);

  it('is not what a fill factor leaves free', () => {
    sql(
      'CREATE TABLE roomy (id int, body text) WITH (fillfactor = 50)',
      'INSERT INTO roomy SELECT n, repeat(md5(n::text), 6) FROM generate_series(1, 500000) n',
      'VACUUM ANALYZE',
    );
    expect(found()).toEqual([]);
  }, 60_000);
});

describe('rows and statistics', () => {
  it('are left behind where autovacuum does not come', () => {
    sql(
      'CREATE TABLE bus_bus (id int, message text)',
      "INSERT INTO bus_bus SELECT n, repeat('x', 300) FROM generate_series(1, 300000) n",
      'CREATE TABLE sound (id int)',
      'INSERT INTO sound SELECT generate_series(1, 200000)',
      'VACUUM ANALYZE sound',
      'DELETE FROM sound WHERE id <= 12000',
      'DELETE FROM bus_bus WHERE id % 3 = 0',
    );
    const looked = look();
    expect(found(looked)).toEqual(['soon: dead rows: bus_bus', 'soon: statistics missing: bus_bus']);
    expect(looked.findings[0]?.seen).toMatch(/^100000 of 300000 rows are dead; vacuumed last: never$/);
    sql('ANALYZE');
    expect(found()).toEqual(['soon: dead rows: bus_bus', 'note: never vacuumed: bus_bus']);
    expect(look().measures['deadRows']).toBe(112_000);
  }, 60_000);
});

const ofIds = (line: string) => line.includes('transaction ids');

describe('what holds everybody back', () => {
  it('is seen: a transaction that was prepared, a slot that nobody reads', () => {
    sql(
      'CREATE TABLE t (id int)',
      "SELECT pg_create_logical_replication_slot('forgotten', 'test_decoding')",
      "BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'left behind'",
    );
    try {
      // Prepared just now: that is what preparing is for.
      expect(found()).toEqual(['soon: replication slot: forgotten']);
    } finally {
      sql("ROLLBACK PREPARED 'left behind'");
      sql("SELECT pg_drop_replication_slot('forgotten')");
    }
  });

  it('is told by how long it lasts: hours are soon, a day is urgent', () => {
    sql(CREATE_ROWS, 'VACUUM ANALYZE');
    // Nobody waits for a day here: what PostgreSQL would then say stands in front of its own views.
    const looked = (): Look => JSON.parse(sql('SET search_path = later, public, pg_catalog', LOOK));
    sql(
      'CREATE SCHEMA later',
      `CREATE VIEW later.pg_stat_activity AS
         SELECT 'client backend' AS backend_type, pid, 'odoo'::name AS usename, '' AS application_name, state, now() - since AS xact_start
         FROM (VALUES (-1, 'idle in transaction', interval '2 hours'), (-2, 'active', '25 hours'), (-3, 'active', '50 minutes'),
           (-4, 'idle', NULL)) sessions(pid, state, since)`,
      "CREATE VIEW later.pg_prepared_xacts AS SELECT 'payment' AS gid, now() - interval '61 minutes' AS prepared",
      `CREATE VIEW later.pg_replication_slots AS
         SELECT 'big' AS slot_name, false AS active, '0/40000000'::pg_lsn AS restart_lsn
         UNION ALL SELECT 'read', true, '0/0'`,
      `CREATE FUNCTION later.pg_current_wal_lsn() RETURNS pg_lsn LANGUAGE sql AS $$SELECT '1/0'::pg_lsn$$`,
      `CREATE FUNCTION later.age(xid) RETURNS int LANGUAGE sql AS 'SELECT 450000000'`,
    );
    expect(found(looked()).filter((line) => !ofIds(line))).toEqual([
      'urgent: old transaction: pid -2 of odoo (without a name)',
      'urgent: prepared transaction: payment',
      'urgent: replication slot: big',
      'soon: old transaction: pid -1 of odoo (without a name)',
    ]);
    expect(found(looked())).toContain(`soon: transaction ids: ${database}`);
    expect(looked().findings.map(({ seen }) => seen)).toContain('open and idle for 120 minutes');
    sql("CREATE OR REPLACE FUNCTION later.age(xid) RETURNS int LANGUAGE sql AS 'SELECT 1100000000'");
    expect(found(looked())).toContain(`urgent: transaction ids: ${database}`);
    sql("CREATE OR REPLACE FUNCTION later.age(xid) RETURNS int LANGUAGE sql AS 'SELECT 390000000'");
    expect(found(looked()).filter(ofIds)).toEqual([]);
  });

  it('is told to a role that may see it, and to another that it sees nothing', () => {
    sql(CREATE_ROWS, 'VACUUM ANALYZE');
    cluster.sql(['DROP ROLE IF EXISTS looker', 'CREATE ROLE looker']);
    const asLooker = (): Look => JSON.parse(sql('SET ROLE looker', LOOK));
    expect(found(asLooker())).toEqual(['note: not visible: looker']);
    sql('GRANT pg_read_all_stats TO looker');
    expect(found(asLooker())).toEqual(['note: not visible: looker']);
    sql('REVOKE pg_read_all_stats FROM looker', 'GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO looker');
    expect(found(asLooker())).toEqual(['note: not visible: looker']);
    sql('GRANT pg_read_all_stats TO looker');
    expect(found(asLooker())).toEqual([]);
    cluster.sql('REVOKE pg_read_all_stats FROM looker');
  });
});

describe('tables with stale statistics', () => {
  it('are those that were never analyzed, and those that changed more than autovacuum lets pass', () => {
    sql(
      CREATE_ROWS,
      'CREATE TABLE "Sale Order" (id int)',
      'CREATE TABLE sound (id int)',
      'INSERT INTO sound SELECT generate_series(1, 1000)',
      'CREATE TABLE empty (id int)',
    );
    sql('VACUUM ANALYZE sound');
    sql(
      'INSERT INTO "Sale Order" SELECT generate_series(1, 20)',
      // Fifty rows and a tenth are what autovacuum lets pass here.
      'INSERT INTO sound SELECT generate_series(1, 140)',
    );
    expect(stale().map(({ name }) => name)).toEqual(['res_partner', '"Sale Order"']);
    sql('INSERT INTO sound SELECT generate_series(1, 20)');
    expect(stale().map(({ name }) => name)).toEqual(['res_partner', 'sound', '"Sale Order"']);
    sql('VACUUM ANALYZE');
    expect(stale()).toEqual([]);
    // As a crash does: nothing is counted any more, and the largest come first.
    sql('SELECT pg_stat_reset()');
    expect(stale().map(({ name }) => name)).toEqual(['sound', 'res_partner', '"Sale Order"']);
  });

  it('say whether the role may analyze them: PostgreSQL itself would only warn', () => {
    sql(CREATE_ROWS);
    cluster.sql(['DROP ROLE IF EXISTS stranger', 'CREATE ROLE stranger']);
    expect(stale()).toEqual([{ name: 'res_partner', may: true }]);
    expect(stale('SET ROLE stranger')).toEqual([{ name: 'res_partner', may: false }]);
  });
});
