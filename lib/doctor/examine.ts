import type { PlannedEnvironment } from '../../config/load.ts';
import type { Cloud } from '../backups/cloud.ts';
import { lookAtBackups } from '../backups/look-at-backups.ts';
import type { BackupsReport } from '../backups/report.ts';
import type { DrillAccount } from '../drill/drill-account.ts';
import type { StoredReport } from '../drill/drill-report.ts';
import type { FenceRegion } from '../failover/fence.ts';
import { ALL_CHECKS } from './checks/all.ts';
import { driftCheck } from './checks/drift-check.ts';
import { goLiveCheck } from './checks/go-live-check.ts';
import type { Deployed } from './deployed.ts';
import { judgeGate } from './gate.ts';
import { inTurn, Turns } from './in-turn.ts';
import type { Outside } from './outside.ts';
import type { DoctorReport } from './report.ts';
import { runChecks } from './run-checks.ts';
import { type ExpectedStack, Subject } from './subject.ts';

/** How many things are asked at the same time: what services allow in a second, and a person waits for. */
const AT_ONCE = 8;

/** What the doctor has at hand. Everything differs in tests. */
export interface Instruments {
  readonly stacksOf: (planned: PlannedEnvironment) => Promise<readonly ExpectedStack[]>;
  readonly deployedIn: (region: string) => Promise<Deployed>;
  readonly backupsIn: (region: string) => Promise<Cloud>;
  readonly drillsIn: (environment: string, region: string) => Promise<DrillAccount>;
  readonly fenceIn: (environment: string, region: string) => Promise<FenceRegion>;
  readonly outside: Outside;
  readonly now: () => Date;
}

export interface Examination {
  /** Also whether somebody changed resources by hand, which takes a minute. */
  readonly drift: boolean;
  readonly goLive: boolean;
  readonly at?: Date;
  /** What a person says, by the names of the gate. */
  readonly confirmed: readonly string[];
}

/**
 * Who is examined, and by what.
 *
 * @param at - when the environment goes live.
 */
export async function subjectOf(
  planned: PlannedEnvironment,
  at: Date | undefined,
  instruments: Instruments,
): Promise<Subject> {
  const turns = new Turns(AT_ONCE);
  const regions = new Map<string, Promise<Deployed>>();
  const deployedIn = (region: string): Promise<Deployed> => {
    const known = regions.get(region);
    if (known !== undefined) return known;
    const deployed = instruments.deployedIn(region).then((asked) => inTurn(asked, turns));
    regions.set(region, deployed);
    return deployed;
  };
  const now = instruments.now();
  const { name, recoveryRegion = '' } = planned.environment;
  let backups: Promise<BackupsReport> | undefined;
  return new Subject({
    planned,
    stacks: await instruments.stacksOf(planned),
    deployedIn,
    backups: () => (backups ??= lookAtBackups({ planned, cloudIn: instruments.backupsIn, now })),
    lastDrill: async () => lastDrill(await instruments.drillsIn(name, recoveryRegion)),
    fence: async () => (await instruments.fenceIn(name, recoveryRegion)).fence(),
    outside: instruments.outside,
    now,
    goLive: at,
  });
}

async function lastDrill(account: DrillAccount): Promise<StoredReport | undefined> {
  const deployed = await account.deployed();
  if (deployed === undefined) throw new Error('the stack that drills come from is not deployed');
  return account.lastReport(deployed);
}

/** Looks at an environment from all sides. Changes nothing. */
export async function examine(
  subject: Subject,
  { drift, goLive, at, confirmed }: Examination,
): Promise<DoctorReport> {
  const { environment, plan, props } = subject;
  const checks = await runChecks(
    [...ALL_CHECKS, ...(drift || goLive ? [driftCheck] : []), ...(goLive ? [goLiveCheck] : [])],
    subject,
  );
  const missing = checks.flatMap(({ unread }) => unread.flatMap((each) => each.missing ?? []));
  return {
    environment: environment.name,
    tier: plan.tier,
    askedAt: props.now,
    checks,
    missingPermissions: [...new Set(missing)].toSorted(),
    ...(goLive && { goLive: { at, stages: judgeGate(subject, checks, confirmed) } }),
  };
}
