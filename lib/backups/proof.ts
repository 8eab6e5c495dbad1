import { z } from 'zod';
import { readReportKey, type Tested } from '../../constructs/audit/report-key.ts';
import { jsonText } from '../release/json-text.ts';
import { moment } from './server-list.ts';

/** A restore test and what came of it. */
export interface Proof {
  /** What was restored. Absent: the database, with its attachments where they are in a bucket. */
  readonly of?: 'filestore';
  readonly verdict: 'passed' | 'failed';
  /** When it ended. */
  readonly provenAt: Date;
  /** Moment of what was restored; absent where the report does not say. */
  readonly restoredTo?: Date;
  /** Key of the report in the audit bucket. */
  readonly report: string;
}

/**
 * Of the database, then of the filestore on EFS: the last test that passed, and the last one of all if that is another, by the
 * keys of their reports.
 */
export function lastProofs(keys: readonly string[]): readonly Proof[] {
  return [...lastProofsOf('database', keys), ...lastProofsOf('filestore', keys)];
}

function lastProofsOf(of: Tested, keys: readonly string[]): readonly Proof[] {
  const known = keys.flatMap((report): Proof[] => {
    const read = readReportKey(report);
    const provenAt = moment.safeParse(read?.at);
    if (read?.of !== of || !provenAt.success) return [];
    const proof = { verdict: read.verdict, provenAt: provenAt.data, report };
    return [of === 'filestore' ? { of, ...proof } : proof];
  });
  const all = known.toSorted((one, other) => one.provenAt.getTime() - other.provenAt.getTime());
  const passed = all.findLast(({ verdict }) => verdict === 'passed');
  const last = all.at(-1);
  return [passed, last === passed ? undefined : last].filter((proof) => proof !== undefined);
}

/** Where a test could not find out what it restored, its report says so. */
const report = z.object({ recoveryPoint: moment.or(z.literal('unknown')).nullable() });

/** Moment of what a report is about; undefined where it does not say. */
export function recoveryPointOf(text: string): Date | undefined {
  const { recoveryPoint } = jsonText.pipe(report).parse(text);
  return recoveryPoint instanceof Date ? recoveryPoint : undefined;
}
