import { setFence } from '../failover/fence.ts';
import { Failback, FailbackProblem, type FailbackProps } from './failback.ts';
import { isOver } from './journal.ts';

/**
 * Lets the recovery Region serve again, from wherever a failback is.
 *
 * The primary Region is fenced first: at no moment two of them serve. What was brought there stays, and is never served.
 *
 * @throws FailbackProblem if there is nothing to undo; WorkProblem if the operator does not agree.
 */
export async function undo(props: FailbackProps): Promise<void> {
  const journal = await props.journals.read();
  if (journal === undefined || isOver(journal)) {
    throw new FailbackProblem(
      `no failback of ${props.environment.name} is under way: there is nothing to undo`,
    );
  }
  if (journal.state === 'finishing') {
    throw new FailbackProblem(
      'the failback is being finished, and the other side may be gone: run --finish again',
    );
  }
  const failback = new Failback(props, journal);
  await failback.confirm(question(failback), 'nothing was undone');
  await failback.note({ state: 'undoing' });
  if (journal.begun.serve !== undefined) await fence(failback);
  if (journal.begun['hand-over'] !== undefined) {
    props.say(`${props.recoveryRegion} takes its database back ...`);
    await props.cloud.takeBack();
  }
  if (journal.begun.switch !== undefined) await switchBack(failback);
  await failback.note({ state: 'undone' });
  props.say(`Undone: ${props.environment.name} serves in ${props.recoveryRegion}.`);
}

function question({ environment, recoveryRegion, journal: { begun } }: Failback): string {
  if (begun.serve !== undefined) {
    return `${environment.region} may have served since ${begun.serve}. Whatever was entered there since is in its database alone: it stays there and will NOT be in ${recoveryRegion}. Its scheduled jobs ran, and mail that they sent may be sent again. Go back all the same?`;
  }
  return `Nothing was entered in ${environment.region}. Go back to ${recoveryRegion}?`;
}

async function fence(failback: Failback): Promise<void> {
  const { environment, say } = failback;
  say(`Stopping ${environment.name} in ${environment.region} ...`);
  if ((await setFence(await failback.fencing())) !== 'done') {
    throw new FailbackProblem(
      `it is not known whether ${environment.name} has stopped in ${environment.region}: run --undo again`,
    );
  }
}

async function switchBack({ cloud, environment, say }: Failback): Promise<void> {
  if (environment.domain?.hostedZone === undefined) {
    say(
      `The zone of ${environment.domain?.name} is not in this account: point its record at the recovery Region again, as the output RecordToCreate of ${environment.name}-Recovery-Edge says.`,
    );
    return;
  }
  say('Leading the domain to the recovery Region again ...');
  await cloud.deployRecovered('Dns');
}
