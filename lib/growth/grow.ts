import { takeSteps } from '../steps/take-steps.ts';
import { Growth, GrowthProblem, type GrowthProps } from './growth.ts';
import { isOver, type Journal, newJournal } from './journal.ts';
import { type GrowthStep, STEPS } from './steps.ts';

/**
 * Grows an environment from the single server to the service, or goes on where an earlier run ended, however it did.
 *
 * @throws GrowthProblem if it cannot go on; what was done stays done, and is noted.
 */
export async function grow(props: GrowthProps): Promise<void> {
  const found = await props.journals.read();
  if (found?.state === 'undoing' || found?.state === 'finishing') {
    const option = found.state === 'undoing' ? '--undo' : '--finish';
    throw new GrowthProblem(`an earlier ${option} was interrupted: run it again`);
  }
  const resumed = found !== undefined && !isOver(found) ? found : undefined;
  const growth = new Growth(
    props,
    resumed ?? newJournal(props.environment.name, props.now?.() ?? new Date()),
  );
  if (resumed !== undefined) props.say(`Going on with the growth that was begun at ${resumed.started}.`);
  await takeSteps(
    growth,
    STEPS,
    isDone,
    'stopped here, nothing was done in between: grow again to go on, or go back with --undo',
  );
  props.say(
    'Done: users work on the new service. The server is stopped but for its maintenance page, and intact: go back with' +
      ' --undo, or, once nobody misses anything, let it go with --finish.',
  );
}

/** Until Odoo is stopped, what was checked and rehearsed may be out of date when somebody goes on. */
function isDone({ name }: GrowthStep, { done, begun }: Journal): boolean {
  if (name === 'check' || name === 'rehearse') return begun['hand-over'] !== undefined;
  return done[name] !== undefined;
}
