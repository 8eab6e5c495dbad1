import { Failback, FailbackProblem, type FailbackProps } from './failback.ts';
import { isOver } from './journal.ts';
import { switchBack } from './switch-domain.ts';

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
  if (journal.begun.serve !== undefined) {
    props.say(`Stopping ${props.environment.name} in ${props.environment.region} ...`);
    await props.way.stopHome(failback);
  }
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
    return `${environment.region} may have served since ${begun.serve}. Whatever was entered there since is there alone: it stays there and will NOT be in ${recoveryRegion}. Its scheduled jobs ran, and mail that they sent may be sent again. Go back all the same?`;
  }
  return `Nothing was entered in ${environment.region}. Go back to ${recoveryRegion}?`;
}
