import type { Environment } from '../../config/environment.ts';
import type { Problem } from '../../config/problem.ts';

/** Since when an environment is fenced; undefined if it is not, or nobody can tell. */
export type FencedSince = (environment: Environment) => Promise<Date | undefined>;

/** As the recovery Region says. When that is lost or was never deployed, work at home goes on. */
export const fencedSince: FencedSince = async ({ name, recoveryRegion }) => {
  if (recoveryRegion === undefined) return undefined;
  // Only now: the other commands start in a fraction of the time that AWS's libraries take to load.
  const { awsFence } = await import('../failover/aws-fence.ts');
  try {
    const cloud = await awsFence(name, recoveryRegion);
    return (await cloud.fence())?.fencedAt;
  } catch {
    return undefined;
  }
};

/**
 * What is at home stands still while an environment is fenced, and may be older than what people work with: whoever changes or
 * copies that takes it for the environment.
 */
export function fencedProblem({ name, region, recoveryRegion }: Environment, since: Date): Problem {
  return {
    path: name,
    value: `fenced since ${since.toISOString()}`,
    message: `serves nobody in ${region}, and what is there is of before`,
    allowed: 'an environment that runs in its own Region',
    fix: `where it goes on in ${recoveryRegion}, it is deployed with -c recover=latest; npm run failback -- --env ${name} brings it home (docs/recovery.md)`,
  };
}
