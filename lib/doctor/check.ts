import type { Findings, Unread } from './findings.ts';
import type { Subject } from './subject.ts';

/** One question about a deployed environment. */
export interface Check {
  /** Lower-case words with hyphens, unique: how the gate, the documentation and `--json` name it. */
  readonly name: string;
  /** What it asks, as a question that a newcomer understands. */
  readonly asks: string;
  /** Where the expected answer comes from. */
  readonly basis: Basis;
  /** What to do where the answer is another one; `ENV` in it becomes the name of the environment. */
  readonly todo: string;
  /** Page that says more, and the section in it. */
  readonly page: string;
  /**
   * Whether the environment has what is asked about.
   *
   * @default - every environment
   */
  readonly appliesTo?: (subject: Subject) => boolean;
  readonly look: (subject: Subject, findings: Findings) => Promise<void>;
}

export type Basis = 'environment file' | 'plan' | 'templates' | 'this project';

/** `not checkable`: not everything could be read, and nothing of what was read is wrong. */
export type Verdict = 'passed' | 'failed' | 'not checkable';

/** What came of a check. */
export interface CheckResult extends Omit<Check, 'appliesTo' | 'look'> {
  readonly verdict: Verdict;
  /** What is not as it should be. */
  readonly faults: readonly string[];
  readonly unread: readonly Unread[];
  /** What was found to be as it should be, or is worth knowing. */
  readonly seen: readonly string[];
}

/** A check that has seen nothing has proven nothing. */
export function verdictOf({
  faults,
  unread,
  seen,
}: Pick<CheckResult, 'faults' | 'unread' | 'seen'>): Verdict {
  if (faults.length > 0) return 'failed';
  return unread.length > 0 || seen.length === 0 ? 'not checkable' : 'passed';
}
