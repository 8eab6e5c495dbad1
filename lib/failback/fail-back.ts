import { takeSteps } from '../steps/take-steps.ts';
import { Failback, FailbackProblem, type FailbackProps } from './failback.ts';
import { type FailbackJournal, isOver, newJournal, type StepName } from './journal.ts';
import type { FailbackStep } from './way-home.ts';

/**
 * Brings an environment home from its recovery Region, or goes on where an earlier run ended, however it did.
 *
 * @throws WorkProblem if it cannot go on; what was done stays done, and is noted.
 */
export async function failBack(props: FailbackProps): Promise<void> {
  const found = await props.journals.read();
  if (found?.state === 'undoing' || found?.state === 'finishing') {
    const option = found.state === 'undoing' ? '--undo' : '--finish';
    throw new FailbackProblem(`an earlier ${option} was interrupted: run it again`);
  }
  const resumed = isOver(found) ? undefined : found;
  const { name, region } = props.environment;
  if (resumed !== undefined) props.say(`Going on with the failback that was begun at ${resumed.started}.`);
  const failback = new Failback(props, resumed ?? newJournal(name, props.now?.() ?? new Date()));
  await takeSteps(
    failback,
    props.way.steps,
    isDone,
    'stopped here, nothing was done in between: run failback again to go on, or go back with --undo',
  );
  props.say(
    `Done: ${name} serves in ${region}. The side in ${props.recoveryRegion} is silent and intact: go back with --undo, or, once nobody misses anything, let it go with --finish.`,
  );
}

/** What may be out of date when somebody goes on before Odoo is stopped. */
const DATED: ReadonlySet<string> = new Set<StepName>(['check', 'rehearse', 'prepare']);

function isDone({ name }: FailbackStep, { done, begun }: FailbackJournal): boolean {
  if (DATED.has(name)) return begun['hand-over'] !== undefined;
  return done[name] !== undefined;
}
