import type { Side } from '../../constructs/edge/dns-record.ts';
import type { StackPurpose } from '../growth/cloud.ts';
import { type Failback, FailbackProblem } from './failback.ts';

/** What serves on each side, and what the way home needs. */
const NEEDED: readonly StackPurpose[] = ['Data', 'Edge', 'Release', 'Service'];

/** The guard looks each minute; one that has not looked for as long is not there. */
const FRESH_MS = 3 * 60_000;

/**
 * Whether a failback can begin.
 *
 * @throws FailbackProblem with everything that is in its way
 */
export async function check(failback: Failback): Promise<void> {
  // Of what this cannot do, nothing else needs to be known.
  refuse(problemsOfPlan(failback));
  const problems = await Promise.all([
    problemsOfAccount(failback),
    problemsOfStacks(failback, 'primary'),
    problemsOfStacks(failback, 'recovery'),
    problemsOfFence(failback),
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

function problemsOfPlan({ plan, environment }: Failback): readonly string[] {
  if (plan.tier === 'small') {
    return [
      'the single server is not brought home by this command yet: docs/recovery-small.md ("Back home") says how it is done by hand',
    ];
  }
  if (environment.storage.filestore === 'efs') {
    return [
      "storage.filestore: 'efs' cannot be brought home by this command: only 's3-files' is in a bucket",
    ];
  }
  return [];
}

async function problemsOfAccount({ cloud, environment }: Failback): Promise<readonly string[]> {
  const account = await cloud.account();
  if (environment.account === undefined || environment.account === account) return [];
  return [
    `account: ${environment.account}, but the credentials are of ${account}: use those of ${environment.account}`,
  ];
}

async function problemsOfStacks(failback: Failback, side: Side): Promise<readonly string[]> {
  const { cloud, environment } = failback;
  const needed = environment.domain?.hostedZone === undefined ? NEEDED : [...NEEDED, 'Dns' as const];
  const found = await Promise.all(needed.map((purpose) => cloud.stackStatus(side, purpose)));
  const recover = side === 'recovery' ? ' -c recover=latest' : '';
  const prefix = `${environment.name}${side === 'recovery' ? '-Recovery' : ''}`;
  return needed.flatMap((purpose, index) => {
    const status = found[index];
    if (status !== undefined && /^(CREATE|UPDATE|IMPORT|UPDATE_ROLLBACK)_COMPLETE$/.test(status)) return [];
    return [
      `stack ${prefix}-${purpose} ${status === undefined ? 'does not exist' : `is ${status}`}: npx cdk deploy -c env=${environment.name}${recover} --all`,
    ];
  });
}

/** Both sides would serve the same users otherwise, or the one at home be changed while it is looked at. */
async function problemsOfFence(failback: Failback): Promise<readonly string[]> {
  const { cloud, environment, now } = failback;
  const region = await cloud.fence();
  const [fence, note] = await Promise.all([region.fence(), region.note()]);
  const again = `npm run fence -- --env ${environment.name}`;
  if (fence === undefined) {
    return [`${environment.name} is not fenced in ${environment.region}: find out who serves, then ${again}`];
  }
  if (
    note === undefined ||
    note.fencedAt.getTime() !== fence.fencedAt.getTime() ||
    now.getTime() - note.seenAt.getTime() > FRESH_MS
  ) {
    return [
      `the guard of ${environment.name} in ${environment.region} has not looked for three minutes: is the Region back? ${again} waits for it`,
    ];
  }
  return note.running === 0
    ? []
    : [
        `${note.running} of ${environment.name} still run in ${environment.region}: ${again} waits for their end`,
      ];
}
