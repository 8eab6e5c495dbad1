import { type DrillState, reportOf } from '../../../constructs/drill/drill.lambda/report.mjs';
import { DRILL_RUNNING } from '../../../constructs/drill/drill.lambda/errors.mjs';
import type { DrillTools } from '../../../lib/cli/drill-tools.ts';
import type { DrillAccount, PhaseBegun } from '../../../lib/drill/drill-account.ts';
import { type DescribedDrill, readDrill } from '../../../lib/drill/drill-execution.ts';
import { readDrillReport, type StoredReport } from '../../../lib/drill/drill-report.ts';

const NOON = Date.parse('2026-12-01T12:00:00.000Z');
const MACHINE = 'arn:aws:states:eu-west-1:111122223333:stateMachine:Drill';

/** Seconds after the start of a drill in which a phase begins; the last is its end. */
const COURSE = { clear: 1, find: 16, restore: 20, validate: 2500, serve: 2700, teardown: 3300, end: 3660 };

export function arnOf(name: string): string {
  return `arn:aws:states:eu-west-1:111122223333:execution:Drill:${name}`;
}

interface Begun {
  readonly arn: string;
  readonly startedAt: number;
  readonly clears?: string;
  /** How it ends, and when. */
  ends: { readonly at: number; readonly as: DescribedDrill };
}

/**
 * The recovery Region as a drill finds it: executions that begin, take their course and refuse each other, and the bucket with
 * their reports. Time passes by pauses alone.
 */
export class FakeRegion implements DrillTools {
  isDeployed = true;
  /** What the drill that is started next finds. */
  found: Partial<DrillState> = {};
  objectives = { rtoHours: 4, rpoHours: 1 };
  /** Number of the pause in which somebody presses Ctrl-C. */
  interruptIn = Infinity;
  /** Called before each pause. */
  meanwhile: (seconds: number) => void = () => {};
  reports: StoredReport[] = [];
  readonly connected: string[] = [];
  readonly started: string[] = [];
  /** Operations that AWS refuses. */
  readonly refused = new Set<keyof DrillAccount>();

  private time = NOON;
  private pauses = 0;
  private readonly executions: Begun[] = [];

  readonly connect = async (environment: string, region: string): Promise<DrillAccount> => {
    this.connected.push(`${environment} in ${region}`);
    return this.account;
  };
  readonly now = (): Date => new Date(this.time);
  readonly interrupted = (): boolean => this.pauses >= this.interruptIn;
  readonly pause = async (seconds: number): Promise<void> => {
    this.meanwhile((this.time - NOON) / 1000);
    this.pauses += 1;
    this.time += seconds * 1000;
  };

  /** As the state machine does: while one runs, another one is refused within a second. */
  begin(name: string, clears?: string): string {
    const arn = arnOf(name);
    const other = this.executions.find(({ ends }) => ends.at > this.time);
    const begun: Begun = {
      arn,
      startedAt: this.time,
      ...(clears !== undefined && { clears }),
      ends: { at: this.time + (clears === undefined ? COURSE.end : 60) * 1000, as: { status: 'SUCCEEDED' } },
    };
    if (other !== undefined) {
      const cause = JSON.stringify({ errorMessage: `${other.arn} runs: wait until it has ended` });
      begun.ends = { at: this.time + 1000, as: { status: 'FAILED', error: DRILL_RUNNING, cause } };
    }
    this.executions.push(begun);
    return arn;
  }

  /** As an operator does; EventBridge begins the execution that clears. */
  abort(arn: string): void {
    const execution = this.executions.find((one) => one.arn === arn);
    if (execution === undefined) throw new Error(`there is no ${arn}`);
    execution.ends = { at: this.time, as: { status: 'ABORTED' } };
    this.begin('clears', arn);
  }

  private readonly account: DrillAccount = {
    deployed: async () => {
      this.mayRefuse('deployed');
      return this.isDeployed
        ? { machine: MACHINE, reports: { bucket: 'copy', prefix: 'drills/' } }
        : undefined;
    },
    running: async () =>
      this.executions
        .filter(({ ends }) => ends.at > this.time)
        .map((begun) => readDrill(this.described(begun))),
    start: async (_, name) => {
      this.mayRefuse('start');
      this.started.push(name);
      return this.begin(name);
    },
    look: async (arn) => {
      this.mayRefuse('look');
      return readDrill(this.described(this.execution(arn)));
    },
    begunAfter: async (arn, event) => {
      const phases = this.phasesOf(this.execution(arn));
      return { phases: phases.slice(event), last: phases.length };
    },
    reportOf: async (_, { arn }) => {
      this.mayRefuse('reportOf');
      this.describedEnd(this.execution(arn));
      return this.reports.find(({ report }) => report.execution === arn);
    },
    lastReport: async () => this.reports.at(-1),
  };

  private mayRefuse(operation: keyof DrillAccount): void {
    if (this.refused.has(operation)) throw new Error(`not authorized: ${operation}`);
  }

  private execution(arn: string): Begun {
    const found = this.executions.find((one) => one.arn === arn);
    if (found === undefined) throw new Error(`there is no ${arn}`);
    return found;
  }

  private described(begun: Begun): DescribedDrill {
    const { arn, startedAt, clears, ends } = begun;
    const common = {
      executionArn: arn,
      startDate: new Date(startedAt),
      input: JSON.stringify(clears === undefined ? {} : { cancelled: clears }),
    };
    return ends.at > this.time
      ? { ...common, status: 'RUNNING' }
      : { ...common, ...this.describedEnd(begun) };
  }

  /** What it found decides how it ends, once it is there. */
  private describedEnd({ arn, startedAt, clears, ends }: Begun): DescribedDrill {
    if (ends.as.status !== 'SUCCEEDED' || clears !== undefined) return ends.as;
    const stored =
      this.reports.find(({ report }) => report.execution === arn) ?? this.write(arn, startedAt, ends.at);
    return stored.report.outcome === 'passed'
      ? { status: 'SUCCEEDED' }
      : { status: 'FAILED', error: 'DrillFailed', cause: stored.report.issues.join(' | ') };
  }

  /** A report as the function of the state machine makes it. */
  write(arn: string, startedAt: number, endedAt: number): StoredReport {
    const at = (seconds: number) => ({ begun: new Date(startedAt + seconds * 1000).toISOString() });
    const { end: _, ...course } = COURSE;
    const state: DrillState = {
      execution: arn,
      begun: at(0).begun,
      cancelled: '',
      times: Object.fromEntries(Object.entries(course).map(([phase, seconds]) => [phase, at(seconds)])),
      drill: { id: '0123456789ab', instance: 'prod-drill-0123456789ab' },
      point: { arn: 'arn:backup', time: at(16 - 870).begun },
      validation: { findings: [{ check: 'rows', passed: true, details: '17 tables' }] },
      checks: {
        findings: [
          { check: 'login page', passed: true, details: '200' },
          { check: 'workflow partners', passed: true, details: '3 read' },
        ],
      },
      cleared: { removed: ['prod-drill-0123456789ab'], left: [] },
      failure: {},
      ...this.found,
    };
    const report = reportOf(state, { environment: 'prod', ...this.objectives }, new Date(endedAt));
    const name = `s3://copy/drills/${report.begun}-${report.outcome}-${report.id}`;
    // By way of its text, as it is in the bucket.
    const stored = {
      report: readDrillReport(JSON.stringify(report)),
      json: `${name}.json`,
      html: `${name}.html`,
    };
    this.reports.push(stored);
    return stored;
  }

  private phasesOf({ startedAt, clears, ends }: Begun): readonly PhaseBegun[] {
    const until = Math.min(this.time, ends.at);
    return Object.entries(COURSE)
      .filter(([phase]) => phase !== 'end' && (clears === undefined || phase === 'clear'))
      .map(([phase, seconds]) => ({ phase, begun: new Date(startedAt + seconds * 1000) }))
      .filter(({ begun }) => begun.getTime() <= until);
  }
}
