import { isDeepStrictEqual } from 'node:util';
import type { Environment } from '../../config/environment.ts';
import type { Plan } from '../../config/sizing/plan.ts';
import type { DeployedResources } from './deployed-resources.ts';
import type { LocalAccount } from './local-account.ts';

/** One statement about what was deployed: what the plan says beside what the service's API answered. */
export interface Comparison {
  readonly what: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** An environment with what is needed to read it back. */
export interface Deployed {
  readonly environment: Environment;
  readonly plan: Plan;
  readonly account: LocalAccount;
  readonly resources: DeployedResources;
  /** What is in the recovery Region, where there is one. */
  readonly copies?: { readonly account: LocalAccount; readonly resources: DeployedResources };
}

/** Reads one part of an environment back and compares it with the plan. */
export type ReadBack = (deployed: Deployed) => Promise<readonly Comparison[]>;

/** What is wrong with a comparison, in words; undefined if both sides are equal. */
export function difference({ expected, actual }: Comparison): string | undefined {
  if (isDeepStrictEqual(expected, actual)) return undefined;
  return `expected ${JSON.stringify(expected)}, read back ${JSON.stringify(actual)}`;
}
