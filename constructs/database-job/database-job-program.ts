import { readFileSync } from 'node:fs';

/**
 * The program that makes Odoo's database, for `python3`: in medium and large a task of its own runs it, in small the
 * server itself. It says what it takes with `--help`.
 */
export const DATABASE_JOB_PROGRAM = readFileSync(new URL('./files/database_job.py', import.meta.url), 'utf8');
