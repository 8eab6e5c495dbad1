import type { PlannedEnvironment } from '../../config/load.ts';
import type { Cloud } from './cloud.ts';
import { coordinate } from './coordinate.ts';
import { Inquiry } from './inquiry.ts';
import type { BackupProblem, BackupsReport, RegionReport } from './report.ts';
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
  const looks = await Promise.all([
    lookIn(region, 'primary', props),
    ...(recoveryRegion === undefined ? [] : [lookIn(recoveryRegion, 'recovery', props)]),
  ]);
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
      ...shortfallsOf(report, rpoHours, problems),
    ]),
  };
}

interface Look {
  readonly report: RegionReport;
  readonly problems: readonly BackupProblem[];
}

async function lookIn(
  region: string,
  role: RegionReport['role'],
  { planned: { environment, plan }, cloudIn, at, now }: LookProps,
): Promise<Look> {
  const inquiry = new Inquiry({
    environment: environment.name,
    region,
    role,
    cloud: await cloudIn(region),
    now,
  });
  const [found, surroundings] = await Promise.all([
    plan.tier === 'small' ? serverCopies(inquiry) : serviceCopies(inquiry, environment.storage.filestore),
    inquiry.surroundings(),
  ]);
  const coordination = coordinate(found, at ?? now, now);
  return { report: { region, role, ...found, coordination, surroundings }, problems: inquiry.problems };
}
