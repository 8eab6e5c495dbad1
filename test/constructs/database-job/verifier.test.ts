import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { VERIFIER_ROLE } from '../../../constructs/restore-testing/restore-permissions.ts';
import { JobBench } from './job-bench.ts';

// RDS has the role `rds_iam`, whose members sign in by IAM, and its administrator may hand it on.
let bench: JobBench;
beforeAll(async () => {
  bench = await JobBench.start();
  bench.cluster.sql(['CREATE ROLE rds_iam', `GRANT rds_iam TO odoo_master WITH ADMIN OPTION`]);
}, 60_000);
afterAll(() => bench?.stop());

beforeEach(() => {
  bench.reset();
  bench.cluster.sql(['DROP ROLE IF EXISTS odoo_verifier']);
});

const sql = (statement: string, database?: string) => bench.cluster.sql(statement, database);
const asVerifier = (statement: string) => sql(`SET ROLE odoo_verifier; ${statement}`, 'odoo');

it('makes a role that signs in by IAM and has no password', async () => {
  const { report } = await bench.run();
  // As the functions of a restore test sign in.
  expect(report?.created).toContain(`role ${VERIFIER_ROLE}`);
  expect(
    sql(
      `SELECT rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolpassword IS NULL FROM pg_authid WHERE rolname = 'odoo_verifier'`,
    ),
  ).toBe('t|f|f|f|t');
  expect(sql("SELECT pg_has_role('odoo_verifier', 'rds_iam', 'MEMBER')")).toBe('t');
  expect(sql("SELECT has_database_privilege('odoo_verifier', 'odoo', 'CONNECT')")).toBe('t');
});

it('lets it read what there is, and what Odoo makes later, and change nothing', async () => {
  await bench.run();
  sql('SET ROLE odoo; CREATE TABLE made_later (id int); INSERT INTO made_later VALUES (1)', 'odoo');
  expect(asVerifier('SELECT count(*) > 0 FROM ir_module_module')).toBe('t');
  expect(asVerifier('SELECT count(*) FROM made_later')).toBe('1');
  for (const change of [
    'INSERT INTO made_later VALUES (2)',
    'UPDATE ir_module_module SET state = NULL',
    'DELETE FROM made_later',
    'CREATE TABLE mine (id int)',
  ]) {
    expect(() => asVerifier(change)).toThrow();
  }
});

it('keeps that in the copy in which modules are changed', async () => {
  await bench.run();
  bench.module('web', { version: '1.4' });
  const { report } = await bench.run({ release: 'r2' });
  expect(report?.changed).toContain('modules: update web');
  expect(asVerifier('SELECT count(*) > 0 FROM ir_module_module')).toBe('t');
  expect(sql("SELECT has_database_privilege('odoo_verifier', 'odoo', 'CONNECT')")).toBe('t');
});

it('may be repeated, and does nothing where nobody signs in by IAM', async () => {
  await bench.run();
  const { report } = await bench.run();
  expect(report).toMatchObject({ outcome: 'succeeded', created: [] });
  bench.reset();
  sql('DROP ROLE odoo_verifier');
  sql('ALTER ROLE rds_iam RENAME TO another');
  try {
    await bench.run();
    expect(sql("SELECT count(*) FROM pg_roles WHERE rolname = 'odoo_verifier'")).toBe('0');
  } finally {
    sql('ALTER ROLE another RENAME TO rds_iam');
  }
});
