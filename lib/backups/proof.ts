import { z } from 'zod';
import { RESTORE_TESTS } from '../../constructs/audit/audit-prefixes.ts';
import { jsonText } from '../release/json-text.ts';
import { moment } from './server-list.ts';

/** A restore test and what came of it. */
export interface Proof {
  readonly verdict: 'passed' | 'failed';
  /** When it ended. */
  readonly provenAt: Date;
  /** Moment of the database that was restored; absent where the report does not say. */
  readonly restoredTo?: Date;
  /** Key of the report in the audit bucket. */
  readonly report: string;
}

const NAME = new RegExp(`^${RESTORE_TESTS}(.+Z)-(passed|failed)-.+\\.json$`);

/** The last test that passed, and the last one of all if that is another, by the keys of their reports. */
export function lastProofs(keys: readonly string[]): readonly Proof[] {
  const known = keys.flatMap((report): Proof[] => {
    const [, at, verdict] = NAME.exec(report) ?? [];
    const provenAt = moment.safeParse(at);
    if (!provenAt.success) return [];
    return [{ verdict: verdict === 'passed' ? 'passed' : 'failed', provenAt: provenAt.data, report }];
  });
  const all = known.toSorted((one, other) => one.provenAt.getTime() - other.provenAt.getTime());
  const passed = all.findLast(({ verdict }) => verdict === 'passed');
  const last = all.at(-1);
  return [passed, last === passed ? undefined : last].filter((proof) => proof !== undefined);
}

/** Where a test could not find out what it restored, its report says so. */
const report = z.object({ recoveryPoint: moment.or(z.literal('unknown')).nullable() });

/** Moment of the database that a report is about; undefined where it does not say. */
export function recoveryPointOf(text: string): Date | undefined {
  const { recoveryPoint } = jsonText.pipe(report).parse(text);
  return recoveryPoint instanceof Date ? recoveryPoint : undefined;
}
