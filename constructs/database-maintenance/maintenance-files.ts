import { readFileSync } from 'node:fs';

/** What PostgreSQL is asked each week: by a function where the database is on RDS, by the single server of its own. */
export const MAINTENANCE_STATEMENTS: Readonly<Record<string, string>> = Object.fromEntries(
  ['stale-tables.sql', 'look.sql'].map((name) => [
    name,
    readFileSync(new URL(`files/${name}`, import.meta.url), 'utf8'),
  ]),
);
