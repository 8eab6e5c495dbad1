import type { Work, WorkJournal } from './work.ts';

/** One step of some work, `W`, on the way of its journal, `J`. */
export interface Step<W, J, Name extends string = string> {
  readonly name: Name;
  /** What is said when it begins. */
  readonly title: string;
  /** Asked before; the first time that it is begun. */
  readonly question?: (work: W) => string;
  /** Does it, or finds it done; what to note. */
  readonly run: (work: W) => Promise<Partial<J>>;
}

/**
 * Takes steps in their order, those that are not done, and notes each when it begins and when it has ended.
 *
 * @param refused - what is said when the operator does not agree to one.
 * @throws WorkProblem if it cannot go on; what was done stays done, and is noted.
 */
export async function takeSteps<J extends WorkJournal, W extends Work<J>, S extends Step<W, J>>(
  work: W,
  steps: readonly S[],
  isDone: (step: S, journal: J) => boolean,
  refused: string,
): Promise<void> {
  for (const step of steps) {
    if (!isDone(step, work.journal)) await take(work, step, refused);
  }
}

async function take<J extends WorkJournal, W extends Work<J>>(
  work: W,
  { name, title, question, run }: Step<W, J>,
  refused: string,
): Promise<void> {
  if (question !== undefined && work.journal.begun[name] === undefined) {
    await work.confirm(question(work), refused);
  }
  work.say(`${title} ...`);
  await work.begin(name);
  await work.end(name, await run(work));
}
