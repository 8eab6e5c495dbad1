import type { Environment } from '../environment.ts';
import { withoutDrill } from './drilled.ts';
import { fargateVcpu } from './fargate.ts';
import type { CheckedPlan } from './plan.ts';
import { recoveredEnvironment, recoveredNetwork } from './recovered.ts';

/** What a plan takes of a quota of AWS. The same in words, with what a new account usually has: `preflight`. */
export interface QuotaNeed {
  readonly region: string;
  /** Of Service Quotas, for example `fargate` and `L-3032A538`. */
  readonly service: string;
  readonly code: string;
  /** Of what, for people. */
  readonly name: string;
  readonly needed: number;
}

type Quota = Omit<QuotaNeed, 'region' | 'needed'>;

const STANDARD: Quota = { service: 'ec2', code: 'L-1216C47A', name: 'vCPU of EC2 Standard On-Demand' };
const FARGATE: Quota = { service: 'fargate', code: 'L-3032A538', name: 'vCPU of Fargate On-Demand' };
const ADDRESSES: Quota = { service: 'ec2', code: 'L-0263D0A3', name: 'Elastic IP addresses' };
const VPCS: Quota = { service: 'vpc', code: 'L-F678F1CE', name: 'VPCs' };
const INSTANCES: Quota = { service: 'rds', code: 'L-7B6409FD', name: 'RDS instances' };

/** In the Region of the environment, and for a recovery in the other one; only what there is some need of. */
export function quotaNeeds(environment: Environment, plan: CheckedPlan): readonly QuotaNeed[] {
  const { region, recoveryRegion } = environment;
  const here = needsOf(environment, plan, plan.network.natGateways);
  const all = [
    ...here.map((need) => ({ region, ...need })),
    ...(recoveryRegion === undefined
      ? []
      : recoveryNeeds(environment, plan, recoveryRegion).map((need) => ({
          region: recoveryRegion,
          ...need,
        }))),
  ];
  return all.filter(({ needed }) => needed > 0);
}

type Need = Omit<QuotaNeed, 'region'>;

function needsOf({ network }: Environment, plan: CheckedPlan, natGateways: number): readonly Need[] {
  const { server } = plan;
  const compute = server
    ? // Once more for the server that a restore drill makes.
      { ...STANDARD, needed: 2 * server.vcpu }
    : { ...FARGATE, needed: fargateVcpu(plan).most };
  return [
    compute,
    { ...ADDRESSES, needed: server ? 1 : natGateways },
    { ...VPCS, needed: network.kind === 'new' ? 1 : 0 },
    // One more during a restore test.
    { ...INSTANCES, needed: plan.database.kind === 'rds' ? 2 : 0 },
  ];
}

/** The same there, except for what only tests need; the task of a drill takes the place of a server. */
function recoveryNeeds(environment: Environment, plan: CheckedPlan, region: string): readonly Need[] {
  const recovered = recoveredEnvironment(environment, region);
  const { server } = plan;
  const drilled = server !== undefined && withoutDrill(recovered, plan) === undefined;
  const there = needsOf(recovered, plan, recoveredNetwork(recovered, plan.tier).natGateways);
  return [
    ...there.map((need) => (need.code === STANDARD.code && server ? { ...need, needed: server.vcpu } : need)),
    ...(drilled ? [{ ...FARGATE, needed: server.vcpu }] : []),
  ];
}
