import { Failback, FailbackProblem, type FailbackProps } from './failback.ts';

/**
 * Lets the side in the recovery Region go, after a failback that is done. Its data is kept.
 *
 * @throws FailbackProblem before the domain was switched, or if the primary Region does not answer; WorkProblem without agreement.
 */
export async function finish(props: FailbackProps): Promise<void> {
  const { cloud, environment, recoveryRegion, say, way } = props;
  const { name, region } = environment;
  const journal = await props.journals.read();
  if (journal === undefined || !['returning', 'finishing'].includes(journal.state)) {
    throw new FailbackProblem(`no failback of ${name} is under way: there is nothing to finish`);
  }
  if (journal.done.switch === undefined) {
    throw new FailbackProblem(
      `the domain does not lead to ${region} yet, and users may still need ${recoveryRegion}: fail back to the end first`,
    );
  }
  const failback = new Failback(props, journal);
  const problem = await cloud.probe('primary');
  if (problem !== undefined) {
    throw new FailbackProblem(
      `${name} does not answer in ${region} as it should: ${problem}; the side in ${recoveryRegion} stays`,
    );
  }
  await failback.confirm(
    `What served in ${recoveryRegion} is deleted, and there is no --undo after that. Kept are ${way.kept}. Delete it?`,
    `the side in ${recoveryRegion} stays`,
  );
  await failback.note({ state: 'finishing' });
  await way.letGo(failback);
  await failback.note({ state: 'finished' });
  say(`Finished. ${way.afterwards(failback)}`);
}
