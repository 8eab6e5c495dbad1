import type { Side } from '../../constructs/edge/dns-record.ts';
import { isComplete } from '../growth/check.ts';
import { type Failback, FailbackProblem } from './failback.ts';

/**
 * Whether a failback can begin.
 *
 * @throws FailbackProblem with everything that is in its way
 */
export async function check(failback: Failback): Promise<void> {
  // Of what this cannot do, nothing else needs to be known.
  refuse(failback.way.problemsOfPlan(failback));
  const problems = await Promise.all([
    problemsOfAccount(failback),
    problemsOfStacks(failback, 'primary'),
    problemsOfStacks(failback, 'recovery'),
    failback.way.problemsOfState(failback),
  ]);
  refuse(problems.flat());
  const problem = await failback.cloud.probe('recovery');
  if (problem !== undefined) {
    throw new FailbackProblem(
      `${failback.environment.name} does not serve in ${failback.recoveryRegion} as it should: ${problem}; see why first`,
    );
  }
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new FailbackProblem(problems.join('\n'));
}

async function problemsOfAccount({ cloud, environment }: Failback): Promise<readonly string[]> {
  const account = await cloud.account();
  if (environment.account === undefined || environment.account === account) return [];
  return [
    `account: ${environment.account}, but the credentials are of ${account}: use those of ${environment.account}`,
  ];
}

async function problemsOfStacks(failback: Failback, side: Side): Promise<readonly string[]> {
  const { cloud, environment, way } = failback;
  const hasZone = environment.domain?.hostedZone !== undefined;
  const needed = way.needed[side].filter((purpose) => hasZone || purpose !== 'Dns');
  const found = await Promise.all(needed.map((purpose) => cloud.stackStatus(side, purpose)));
  const recover = side === 'recovery' ? ' -c recover=latest' : '';
  const prefix = `${environment.name}${side === 'recovery' ? '-Recovery' : ''}`;
  return needed.flatMap((purpose, index) => {
    const status = found[index];
    if (status !== undefined && isComplete(status)) return [];
    const stack = `${prefix}-${purpose}`;
    return [
      `stack ${stack} ${status === undefined ? 'does not exist' : `is ${status}`}: npx cdk deploy -c env=${environment.name}${recover} ${stack}`,
    ];
  });
}
