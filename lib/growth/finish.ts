import { Growth, GrowthProblem, type GrowthProps } from './growth.ts';

/**
 * Lets the single server of a growth that is done go. Its data volume, a last snapshot of that, its address and its logs
 * are kept.
 *
 * @throws GrowthProblem before the domain was switched, if the new service does not answer, or without agreement.
 */
export async function finish(props: GrowthProps): Promise<void> {
  const journal = await props.journals.read();
  if (journal === undefined || !['growing', 'finishing'].includes(journal.state)) {
    throw new GrowthProblem(
      `no growth of ${props.environment.name} is under way: there is nothing to finish`,
    );
  }
  if (journal.done.switch === undefined) {
    throw new GrowthProblem(
      'the domain does not lead to the new service yet, and users may still need the server: grow to the end first',
    );
  }
  const { cloud, say } = props;
  const growth = new Growth(props, journal);
  const problem = await cloud.probe();
  if (problem !== undefined) {
    throw new GrowthProblem(`the new service does not answer as it should: ${problem}; the server stays`);
  }
  await growth.confirm(
    `The server is deleted, and there is no --undo after that. Kept are its data volume, a snapshot of it, its address, its logs and its backups. Delete it?`,
    'the server stays',
  );
  await growth.note({ state: 'finishing' });
  if ((await cloud.stackStatus('Server')) !== undefined) {
    say('Making a last snapshot of the data volume ...');
    const snapshot = await cloud.snapshotDataVolume();
    say(`Snapshot ${snapshot}. Deleting the server ...`);
    await cloud.deleteStack('Server');
  }
  await growth.note({ state: 'finished' });
  say(
    'Finished. Kept, until you delete them: the data volume and its snapshot (about 0.09 and 0.05 USD a month for each GiB), the address' +
      ' (about 3.60 USD a month), the log group, and the backups below server/ in the backup bucket.',
  );
}
