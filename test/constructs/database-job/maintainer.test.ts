import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { MAINTAINER_ROLE } from '../../../constructs/database-maintenance/database-maintenance.ts';
import { JobBench } from './job-bench.ts';

// RDS has the role `rds_iam`, and its administrator may hand that on as well as `pg_read_all_stats`.
let bench: JobBench;
beforeAll(async () => {
  bench = await JobBench.start();
  bench.cluster.sql([
    'CREATE ROLE rds_iam',
    'GRANT rds_iam TO odoo_master WITH ADMIN OPTION',
    'GRANT pg_read_all_stats TO odoo_master WITH ADMIN OPTION',
  ]);
}, 60_000);
afterAll(() => bench?.stop());

beforeEach(() => {
  bench.reset();
  bench.cluster.sql(['DROP ROLE IF EXISTS odoo_maintainer', 'DROP ROLE IF EXISTS odoo_verifier']);
});

const sql = (statement: string, database?: string) => bench.cluster.sql(statement, database);
const asMaintainer = (statement: string) => sql(`SET ROLE odoo_maintainer; ${statement}`, 'odoo');
const version = () => Number(sql('SHOW server_version_num'));

it('makes a role that signs in by IAM, sees what goes on, and has no password', async () => {
  const { report } = await bench.run();
  expect(report?.created).toContain(`role ${MAINTAINER_ROLE}`);
  expect(
    sql(
      `SELECT rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolpassword IS NULL FROM pg_authid WHERE rolname = 'odoo_maintainer'`,
    ),
  ).toBe('t|f|f|f|t');
  for (const role of ['rds_iam', 'pg_read_all_stats', 'odoo_verifier'])
    expect(sql(`SELECT pg_has_role('odoo_maintainer', '${role}', 'USAGE')`)).toBe('t');
});

it('reads sequences and tables, those of later too, and changes nothing', async () => {
  await bench.run();
  sql('SET ROLE odoo; CREATE TABLE made_later (id serial); INSERT INTO made_later VALUES (default)', 'odoo');
  expect(asMaintainer("SELECT last_value FROM pg_sequences WHERE sequencename = 'made_later_id_seq'")).toBe(
    '1',
  );
  expect(asMaintainer('SELECT count(*) FROM made_later')).toBe('1');
  for (const change of [
    'INSERT INTO made_later VALUES (2)',
    "SELECT nextval('made_later_id_seq')",
    'DELETE FROM made_later',
    'CREATE TABLE mine (id int)',
  ]) {
    expect(() => asMaintainer(change)).toThrow();
  }
});

it('analyzes what Odoo owns, where PostgreSQL lets somebody else', async () => {
  await bench.run();
  sql('SET ROLE odoo; CREATE TABLE made_later (id int); INSERT INTO made_later VALUES (1)', 'odoo');
  asMaintainer('ANALYZE made_later');
  const analyzed = sql("SELECT reltuples FROM pg_class WHERE relname = 'made_later'", 'odoo');
  expect(analyzed).toBe(version() >= 170000 ? '1' : '-1');
});

it('is given the statistics with more beside them where that alone can be handed on', async () => {
  sql('REVOKE pg_read_all_stats FROM odoo_master');
  sql('GRANT pg_monitor TO odoo_master WITH ADMIN OPTION');
  try {
    const { report } = await bench.run();
    expect(report?.warnings).toEqual([]);
    expect(sql("SELECT pg_has_role('odoo_maintainer', 'pg_read_all_stats', 'USAGE')")).toBe('t');
  } finally {
    sql('REVOKE pg_monitor FROM odoo_master CASCADE');
    sql('GRANT pg_read_all_stats TO odoo_master WITH ADMIN OPTION');
  }
});

it('lets a release succeed that cannot show it sessions, and warns', async () => {
  sql('REVOKE pg_read_all_stats FROM odoo_master');
  try {
    const { report } = await bench.run();
    expect(report?.outcome).toBe('succeeded');
    // Before, whoever may create roles could hand on any.
    const refused = version() >= 160000;
    expect(report?.warnings).toEqual(
      refused ? [expect.stringMatching(/^odoo_maintainer cannot see what other/)] : [],
    );
  } finally {
    sql('GRANT pg_read_all_stats TO odoo_master WITH ADMIN OPTION');
  }
});

it('makes none where nobody signs in by IAM', async () => {
  sql('ALTER ROLE rds_iam RENAME TO another');
  try {
    await bench.run();
    expect(sql("SELECT count(*) FROM pg_roles WHERE rolname = 'odoo_maintainer'")).toBe('0');
  } finally {
    sql('ALTER ROLE another RENAME TO rds_iam');
  }
});
