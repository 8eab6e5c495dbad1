import { FAILBACK_DUMPS } from '../../../constructs/backup/backup-prefixes.ts';
import { type FailbackJournal, momentOf } from '../journal.ts';
import type { DumpKeys } from './cloud.ts';

/** Of one failback the same, however often it is interrupted; of another one others. */
export function dumpKeys(journal: FailbackJournal, kind: 'rehearsal' | 'final'): DumpKeys {
  const name = `${FAILBACK_DUMPS}${momentOf(journal)}${kind === 'rehearsal' ? '-rehearsal' : ''}`;
  return { dump: `${name}.dump`, manifest: `${name}.json` };
}
