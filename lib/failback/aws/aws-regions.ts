import type { Environment } from '../../../config/environment.ts';
import type { Tier } from '../../../config/sizing/plan.ts';
import type { FailbackProps } from '../failback.ts';
import { serverWay } from '../server/server-way.ts';
import { serviceWay } from '../service/service-way.ts';
import { AwsServerFailback } from './server-cloud.ts';
import { AwsServiceFailback } from './service-cloud.ts';

/** Both Regions of an environment in AWS, and how its architecture goes home. */
export function awsRegions(
  environment: Environment,
  tier: Tier,
  recoveryRegion: string,
): Pick<FailbackProps, 'cloud' | 'journals' | 'way'> {
  if (tier === 'small') {
    const cloud = new AwsServerFailback(environment, recoveryRegion);
    return { cloud, journals: cloud.journals, way: serverWay(cloud) };
  }
  const cloud = new AwsServiceFailback(environment, recoveryRegion);
  return { cloud, journals: cloud.journals, way: serviceWay(cloud) };
}
