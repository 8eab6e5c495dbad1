import type { CheckResult, Verdict } from './check.ts';
import { GATE, type GateItem, type Hours, STAGES } from './gate-items.ts';
import type { Subject } from './subject.ts';

/** `confirmed`: somebody says so, whom no program can check. */
export type ItemVerdict = Verdict | 'confirmed';

export interface ItemResult {
  readonly asks: string;
  readonly verdict: ItemVerdict;
  /** Names of the checks that answer it; none where a person has to. */
  readonly checks: readonly string[];
  /** Name for `--confirmed`, where a person has to answer. */
  readonly person?: string;
  /** What that person does before. */
  readonly todo?: string;
}

/** What has to hold so many hours before. */
export interface StageResult {
  readonly hours: Hours;
  readonly title: string;
  /** From when on; absent without a date. */
  readonly from?: Date;
  /** Whether that moment has come, or nobody has named one. */
  readonly due: boolean;
  readonly items: readonly ItemResult[];
}

const HOUR = 3_600_000;

/**
 * The list of what must hold before people work with it.
 *
 * @param confirmed - names of what a person says.
 */
export function judgeGate(
  subject: Subject,
  results: readonly CheckResult[],
  confirmed: readonly string[],
): readonly StageResult[] {
  const { goLive, now } = subject.props;
  return STAGES.map(({ hours, title }) => {
    const from = goLive && new Date(goLive.getTime() - hours * HOUR);
    return {
      hours,
      title,
      from,
      due: from === undefined || from <= now,
      items: itemsOf(subject).flatMap((item) =>
        item.hours === hours ? judgeItem(item, subject, results, confirmed) : [],
      ),
    };
  });
}

/** What a person is asked about this environment, by name. */
export function personItems(subject: Subject): readonly string[] {
  return itemsOf(subject).flatMap(({ person }) => (person === undefined ? [] : [person.name]));
}

function itemsOf(subject: Subject): readonly GateItem[] {
  return GATE.filter(({ appliesTo }) => appliesTo?.(subject) ?? true);
}

function judgeItem(
  { asks, checks = [], person }: GateItem,
  subject: Subject,
  results: readonly CheckResult[],
  confirmed: readonly string[],
): readonly ItemResult[] {
  if (person !== undefined) {
    const verdict = confirmed.includes(person.name) ? 'confirmed' : 'not checkable';
    return [{ asks, verdict, checks: [], person: person.name, todo: person.todo(subject) }];
  }
  const made = results.filter(({ name }) => checks.includes(name));
  // Nothing of that kind is in this environment.
  if (made.length === 0) return [];
  return [{ asks, verdict: worst(made.map(({ verdict }) => verdict)), checks: made.map(({ name }) => name) }];
}

function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('failed')) return 'failed';
  return verdicts.includes('not checkable') ? 'not checkable' : 'passed';
}
