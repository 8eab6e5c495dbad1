import { completeUntil } from './coordinate.ts';
import type { BackupProblem, RegionReport } from './report.ts';
import { duration, instant } from './words.ts';

const HOUR = 3_600_000;

/**
 * What was asked for in a Region and cannot be restored.
 *
 * @param known - problems of that Region that are known already.
 */
export function shortfallsOf(
  report: RegionReport,
  rpoHours: number,
  known: readonly BackupProblem[],
): readonly BackupProblem[] {
  const { region, coordination, windows, points, filestore } = report;
  const { wanted, point, next } = coordination;
  const problem = (what: string, why: string): BackupProblem => ({ region, what, why });
  if (point === undefined) {
    if (windows.length + points.length === 0) {
      return known.length > 0 ? [] : [problem('database', 'there is no backup of it yet')];
    }
    if (completeUntil(filestore) === undefined) {
      const why = 'how far they are there is not known, so no database can be named that has all of its own';
      return [problem('attachments', why)];
    }
    const later = next === undefined ? '' : `, the first after it is ${instant(next)}`;
    return [problem(instant(wanted), `nothing can be restored from then or before${later}`)];
  }
  const problems: BackupProblem[] = [];
  if (point.givenUp > rpoHours * HOUR) {
    const after = next === undefined ? '' : `, the nearest after it ${instant(next)}`;
    const lost = `${duration(point.givenUp)} of work is lost, promised are ${duration(rpoHours * HOUR)} at most`;
    problems.push(problem(instant(wanted), `${lost}; the nearest before it is ${instant(point.at)}${after}`));
  }
  const { attachments } = point;
  if (attachments.kind === 'versions' && attachments.goneUntil !== undefined) {
    problems.push(
      problem(
        'attachments',
        `those that were deleted between ${instant(attachments.asOf)} and ${instant(attachments.goneUntil)} are gone`,
      ),
    );
  }
  return problems;
}
