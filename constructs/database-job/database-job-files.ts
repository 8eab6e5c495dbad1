import { strToU8, zipSync } from 'fflate';
import { readdirSync, readFileSync } from 'node:fs';
import type { Domain, ModuleRollout, SignIn } from '../../config/environment.ts';
import { withoutComments } from '../shared/without-comments.ts';

const FOLDER = new URL('./files/', import.meta.url);

/** What Python runs when it is given the packed program. */
const MAIN = 'import sys\n\nimport database_job\n\nsys.exit(database_job.main())\n';

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
 * What makes Odoo's database, for `python3`, as the single server runs it: `database_job.py` and its parts, and what the
 * environment file says. The program says what it takes with `--help`.
 */
export function databaseJobFiles(settings: OdooDatabaseSettings): readonly DatabaseJobFile[] {
  return [...program(), databaseJobSettings(settings)];
}

/** What the environment file says, in a file of its own that `cdk diff` shows. */
export function databaseJobSettings(settings: OdooDatabaseSettings): DatabaseJobFile {
  return { name: DATABASE_JOB_SETTINGS, text: settingsText(settings) };
}

/** Not what Python compiles where somebody tries it here: that would be another task, and another server. */
function program(): readonly DatabaseJobFile[] {
  return programParts(
    readdirSync(FOLDER)
      .filter((name) => name.endsWith('.py'))
      .toSorted(),
  );
}

/** The program as one file that `python3` runs. */
export function packedProgram(): Uint8Array {
  return packedPython([{ name: '__main__.py', text: MAIN }, ...program()]);
}

/** These parts of the program alone, for another one that is made of them. */
export function programParts(names: readonly string[]): readonly DatabaseJobFile[] {
  return names.map((name) => ({ name, text: readFileSync(new URL(name, FOLDER), 'utf8') }));
}

/**
 * Files in one that `python3` runs, beginning with `__main__.py`. A task definition has 64 KiB for everything, so they travel
 * without comments, and are not compressed here, but as a whole on their way to the task: together a third of it is left. What
 * runs is the same, but for the line numbers in tracebacks. The same bytes on every machine, whatever its time zone, or the same
 * task would be deployed as another one.
 */
export function packedPython(files: readonly DatabaseJobFile[]): Uint8Array {
  const stripped = files.map(({ name, text }) => [name, strToU8(withoutComments(text))]);
  // The earliest time that a zip file can hold.
  return zipSync(Object.fromEntries(stripped), { level: 0, mtime: new Date(1980, 0, 1) });
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
