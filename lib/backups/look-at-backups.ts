import type { PlannedEnvironment } from '../../config/load.ts';
import type { Cloud } from './cloud.ts';
import { coordinate } from './coordinate.ts';
import { Inquiry } from './inquiry.ts';
import type { BackupProblem, BackupsReport, RegionReport } from './report.ts';
import type { Role } from './role.ts';
import { serverCopies } from './server-copies.ts';
import { serviceCopies } from './service-copies.ts';
import { shortfallsOf } from './shortfalls.ts';

export interface LookProps {
  readonly planned: PlannedEnvironment;
  readonly cloudIn: (region: string) => Promise<Cloud>;
  /** The moment to restore. */
  readonly at?: Date;
  readonly now: Date;
}

/** What can be restored of an environment, in both of its Regions, which are asked at the same time. */
export async function lookAtBackups(props: LookProps): Promise<BackupsReport> {
  const { environment, plan } = props.planned;
  const { region, recoveryRegion } = environment;
  const [atHome, ...there] = await Promise.all([
    lookIn(region, 'primary', props),
    ...(recoveryRegion === undefined ? [] : [lookThere(recoveryRegion, props)]),
  ]);
  const looks = there.flat();
  const isBroughtBack = looks[0]?.report.role === 'recovered';
  // First where it runs.
  if (isBroughtBack) looks.push(atHome);
  else looks.unshift(atHome);
  const rpoHours = environment.objectives.rpoHours;
  return {
    environment: environment.name,
    tier: plan.tier,
    askedAt: props.now,
    at: props.at,
    rpoHours,
    regions: looks.map(({ report }) => report),
    problems: looks.flatMap(({ report, problems }) => [
      ...problems,
      // Of what it was before nobody expects that it goes on.
      ...(isBroughtBack && report.role !== 'recovered' ? [] : shortfallsOf(report, rpoHours, problems)),
    ]),
  };
}

interface Look {
  readonly report: RegionReport;
  readonly problems: readonly BackupProblem[];
}

/** The copies and, where it was brought back, the environment itself. */
async function lookThere(region: string, props: LookProps): Promise<readonly Look[]> {
  const isBroughtBack = (await inquiryIn(region, 'recovery', props)).isBroughtBack();
  const copies = lookIn(region, 'recovery', props);
  return (await isBroughtBack) ? Promise.all([lookIn(region, 'recovered', props), copies]) : [await copies];
}

async function inquiryIn(region: string, role: Role, { planned, cloudIn, now }: LookProps): Promise<Inquiry> {
  return new Inquiry({
    environment: planned.environment.name,
    region,
    role,
    cloud: await cloudIn(region),
    now,
  });
}

async function lookIn(region: string, role: Role, props: LookProps): Promise<Look> {
  const { planned, at, now } = props;
  const { environment, plan } = planned;
  const inquiry = await inquiryIn(region, role, props);
  const [found, surroundings] = await Promise.all([
    plan.tier === 'small' ? serverCopies(inquiry) : serviceCopies(inquiry, environment.storage.filestore),
    inquiry.surroundings(),
  ]);
  const coordination = coordinate(found, at ?? now, now);
  return { report: { region, role, ...found, coordination, surroundings }, problems: inquiry.problems };
}
