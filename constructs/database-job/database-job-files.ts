import { readdirSync, readFileSync } from 'node:fs';
import type { Domain, ModuleRollout, SignIn } from '../../config/environment.ts';

const FOLDER = new URL('./files/', import.meta.url);

/** The program among the files; the others are its parts. It says what it takes with `--help`. */
export const DATABASE_JOB_PROGRAM = 'database_job.py';

/** What the environment file says, among the files. */
export const DATABASE_JOB_SETTINGS = 'settings.json';

/** What of the environment file ends up in Odoo's database. No secret is among it. */
export interface OdooDatabaseSettings {
  /**
   * Name in the links of Odoo's e-mails.
   *
   * @default - Odoo's own guess
   */
  readonly domain?: Domain;
  /**
   * Domain or address of the senders whose mail may go out.
   *
   * @default - Odoo sends no mail
   */
  readonly fromFilter?: string;
  readonly signIn: SignIn;
  readonly rollout: ModuleRollout;
}

/** A file of the job, beside the others in one directory. */
export interface DatabaseJobFile {
  readonly name: string;
  readonly text: string;
}

/**
 * What makes Odoo's database, for `python3`: in medium and large a task of its own runs it, in small the server itself.
 */
export function databaseJobFiles(settings: OdooDatabaseSettings): readonly DatabaseJobFile[] {
  return [...program(), { name: DATABASE_JOB_SETTINGS, text: settingsText(settings) }];
}

/** Not what Python compiles where somebody tries it here: that would be another task, and another server. */
function program(): DatabaseJobFile[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.py'))
    .toSorted()
    .map((name) => ({ name, text: readFileSync(new URL(name, FOLDER), 'utf8') }));
}

/**
 * A file of the job; if it is Python, without comments and empty lines, a quarter of it: a task definition has 64 KiB for
 * everything. What runs is the same, but for the line numbers in tracebacks.
 */
export function withoutComments({ name, text }: DatabaseJobFile): DatabaseJobFile {
  if (!name.endsWith('.py')) return { name, text };
  // One is all that some classes have.
  const docstrings = /^([ \t]*)"""[^]*?"""\n/gm;
  const comments = /^[ \t]*#.*\n/gm;
  return {
    name,
    text: text
      .replace(docstrings, '$1""\n')
      .replace(comments, '')
      .replace(/\n{2,}/g, '\n'),
  };
}

function settingsText({ domain, fromFilter, signIn, rollout }: OdooDatabaseSettings): string {
  const settings = {
    baseUrl: domain && `https://${domain.name}`,
    mail: fromFilter === undefined ? undefined : { fromFilter },
    ...signIn,
    modules: rollout.modules,
    phases: rollout.phases,
    phase: rollout.phase ?? null,
  };
  return `${JSON.stringify(settings)}\n`;
}
