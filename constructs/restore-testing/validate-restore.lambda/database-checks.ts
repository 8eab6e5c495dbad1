import type { Database } from './database.ts';
import { Damage, type Finding, findingOf } from './finding.ts';
import { type ExpectedAge, ageOf } from './recovery-point.ts';
import { baseVersion, countRows, existing, type Manifest, newestRecord, required } from './manifest.ts';

/** What a restored database must be. */
export interface ExpectedDatabase extends ExpectedAge {
  /** Major version of PostgreSQL, for example 17. */
  readonly postgresql: number;
  /** Series of Odoo that the environment deploys, for example `19.0`. */
  readonly odoo: string;
  /** What was there when the backup was made; absent if nobody has noted it. */
  readonly manifest?: Manifest;
}

const ESSENTIAL_MODULES = ['base', 'web'];

/**
 * Share of the rows of a table that may be fewer than the manifest says: it is taken before the backup begins, and users
 * delete things in between.
 */
const DELETED_MEANWHILE = 0.01;

/** The newest record may have been deleted between manifest and backup; then the next one counts. */
const NEWEST_MAY_BE_OLDER_MS = 3_600_000;

/** A check of the database: what it saw, or an error. */
type Check = (database: Database, expected: ExpectedDatabase, now: Date) => Promise<string>;

/** In the order of the report. */
export const DATABASE_CHECKS: Readonly<Record<string, Check>> = {
  'recovery point': age,
  'version of PostgreSQL': postgresqlVersion,
  'encoding and collation': collation,
  'extension pg_trgm': extension,
  modules: modules,
  release: release,
  users: users,
  rows: rows,
  'newest record': newest,
};

/** Every check, also after one that failed. */
export async function checkDatabase(
  database: Database,
  expected: ExpectedDatabase,
  now: Date,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [name, check] of Object.entries(DATABASE_CHECKS)) {
    findings.push(await findingOf(name, () => check(database, expected, now)));
  }
  return findings;
}

async function age(_: Database, expected: ExpectedDatabase, now: Date): Promise<string> {
  return ageOf(expected, now);
}

async function postgresqlVersion(database: Database, { postgresql }: ExpectedDatabase): Promise<string> {
  const { number, text } = await database.row<{ number: number; text: string }>(
    `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS text`,
  );
  if (Math.floor(number / 10_000) !== postgresql) throw new Damage(`${text} instead of ${postgresql}`);
  return text;
}

async function collation(database: Database): Promise<string> {
  const { encoding, collate, ctype } = await database.row<{
    encoding: string;
    collate: string;
    ctype: string;
  }>(
    `SELECT pg_encoding_to_char(encoding) AS encoding, datcollate AS collate, datctype AS ctype
       FROM pg_database WHERE datname = current_database()`,
  );
  if (encoding !== 'UTF8' || collate !== 'C') {
    throw new Damage(`${encoding} and ${collate} instead of UTF8 and C: indexes sort differently`);
  }
  return `${encoding}, ${collate}, characters ${ctype}`;
}

async function extension(database: Database): Promise<string> {
  const [found] = await database.rows<{ version: string }>(
    `SELECT extversion AS version FROM pg_extension WHERE extname = 'pg_trgm'`,
  );
  if (found === undefined) throw new Damage('missing: every search of Odoo that needs it fails');
  return found.version;
}

async function modules(database: Database): Promise<string> {
  const found = await database.rows<{ name: string; state: string | null }>(
    `SELECT name, state FROM ir_module_module ORDER BY name`,
  );
  const installed = new Set(found.filter(({ state }) => state === 'installed').map(({ name }) => name));
  const absent = ESSENTIAL_MODULES.filter((name) => !installed.has(name));
  if (absent.length > 0) throw new Damage(`not installed: ${absent.join(', ')}`);
  const changing = found
    .filter(({ state }) => state?.startsWith('to '))
    .map(({ name, state }) => `${name} (${state})`);
  if (changing.length > 0) throw new Damage(`a change of modules was never finished: ${changing.join(', ')}`);
  return `${installed.size} installed`;
}

/** A database of a newer Odoo than the one that is deployed cannot be served, and of an older one not without an upgrade. */
async function release(database: Database, { odoo, manifest }: ExpectedDatabase): Promise<string> {
  const base = await baseVersion(database);
  if (!base.startsWith(`${odoo}.`))
    throw new Damage(`module base is ${base}, the environment deploys Odoo ${odoo}`);
  if (manifest !== undefined && manifest.base !== base) {
    throw new Damage(`module base is ${base}, when the backup was made it was ${manifest.base}`);
  }
  return `module base ${base}`;
}

/** Who could log in. Number 1 is Odoo itself. */
async function users(database: Database): Promise<string> {
  const { count } = await database.row<{ count: string }>(
    `SELECT count(*) FROM res_users WHERE active AND id <> 1 AND share IS NOT TRUE`,
  );
  if (Number(count) === 0) throw new Damage('nobody can log in');
  return `${count} can log in`;
}

async function rows(database: Database, { manifest }: ExpectedDatabase): Promise<string> {
  const { takenAt, rows: noted } = required(manifest);
  const tables = new Set(await existing(database, Object.keys(noted)));
  const problems: string[] = [];
  let total = 0;
  for (const [table, before] of Object.entries(noted)) {
    if (!tables.has(table)) {
      problems.push(`table ${table} is missing`);
      continue;
    }
    const now = await countRows(database, table);
    total += now;
    if (now === 0 && before > 0) problems.push(`${table} is empty, it had ${before} rows`);
    else if (now < Math.floor(before * (1 - DELETED_MEANWHILE))) {
      problems.push(`${table} has ${now} rows instead of ${before}`);
    }
  }
  if (problems.length > 0) throw new Damage(`${problems.join('; ')} (counted at ${takenAt})`);
  return `${total} in ${tables.size} tables, compared with those counted at ${takenAt}`;
}

/** How far back users would find themselves. */
async function newest(database: Database, { manifest, recoveryPoint }: ExpectedDatabase): Promise<string> {
  const { newestRecord: noted, rows: tables } = required(manifest);
  const found = await newestRecord(database, await existing(database, Object.keys(tables)));
  if (noted === null) return found?.toISOString() ?? 'none, as when the backup was made';
  if (found === undefined) throw new Damage(`none; when the backup was made it was of ${noted}`);
  if (found.getTime() < Date.parse(noted) - NEWEST_MAY_BE_OLDER_MS) {
    throw new Damage(`${found.toISOString()}; when the backup was made it was of ${noted}`);
  }
  const minutes = Math.max(0, Math.round((recoveryPoint.getTime() - found.getTime()) / 60_000));
  return `${found.toISOString()}, ${minutes} minutes before the recovery point`;
}
