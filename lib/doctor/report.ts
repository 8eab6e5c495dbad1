import type { Tier } from '../../config/sizing/plan.ts';
import type { CheckResult } from './check.ts';
import type { StageResult } from './gate.ts';

/** What `npm run doctor` finds; `--json` prints it, with moments as ISO 8601 texts. */
export interface DoctorReport {
  /** Name of the environment. */
  readonly environment: string;
  readonly tier: Tier;
  /** When AWS was asked. */
  readonly askedAt: Date;
  readonly checks: readonly CheckResult[];
  /** Actions of IAM that the credentials lack, for example `rds:DescribeDBInstances`. */
  readonly missingPermissions: readonly string[];
  /** With `--go-live`. */
  readonly goLive?: {
    /** When people begin to work with it; absent where nobody said. */
    readonly at?: Date;
    readonly stages: readonly StageResult[];
  };
}

/** `failed` before `not checkable`: who is told of one thing shall be told of the worse. */
export type Outcome = 'passed' | 'failed' | 'not checkable';

/** With a gate: what has to hold by now. Otherwise: everything. */
export function outcomeOf({ checks, goLive }: DoctorReport): Outcome {
  const verdicts = goLive
    ? goLive.stages.filter(({ due }) => due).flatMap(({ items }) => items.map(({ verdict }) => verdict))
    : checks.map(({ verdict }) => verdict);
  if (verdicts.includes('failed')) return 'failed';
  return verdicts.includes('not checkable') ? 'not checkable' : 'passed';
}
