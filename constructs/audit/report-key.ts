import { RESTORE_TESTS } from './audit-prefixes.ts';

/**
 * What a restore test has restored: the database, with its attachments where they are in a bucket; their file system; the data
 * volume of the single server.
 */
export type Tested = 'database' | 'filestore' | 'volume';

export interface ReportKey {
  /** When the test ended, ISO 8601. */
  readonly at: string;
  readonly verdict: 'passed' | 'failed';
  readonly of: Tested;
  /** Id of the restore; `server` where the single server has restored itself. */
  readonly restore: string;
}

const JSON_KEY = new RegExp(`^${RESTORE_TESTS}(.+Z)-(passed|failed)-(?:(filestore|volume)-)?(.+)\\.json$`);

/** Key of a report without its ending, of which there is one for programs (`.json`) and one for people (`.html`). */
export function reportKey({ at, verdict, of, restore }: ReportKey): string {
  return `${RESTORE_TESTS}${at}-${verdict}-${of === 'database' ? '' : `${of}-`}${restore}`;
}

/** What the key of a report for programs says; undefined for every other key. */
export function readReportKey(key: string): ReportKey | undefined {
  const [, at, verdict, of, restore] = JSON_KEY.exec(key) ?? [];
  if (at === undefined || restore === undefined) return undefined;
  return {
    at,
    verdict: verdict === 'passed' ? 'passed' : 'failed',
    of: of === 'filestore' || of === 'volume' ? of : 'database',
    restore,
  };
}
