import { Growth, GrowthProblem, type GrowthProps } from './growth.ts';
import { isOver, type Journal } from './journal.ts';

/**
 * Goes back to the single server, from wherever a growth is.
 *
 * The new service goes first: at no moment two of them serve. What was prepared stays, and costs what it costs, until
 * the environment file says the old number of users again and is deployed.
 *
 * @throws GrowthProblem if there is nothing to undo, or the operator does not agree.
 */
export async function undo(props: GrowthProps): Promise<void> {
  const journal = await props.journals.read();
  if (journal === undefined || isOver(journal)) {
    throw new GrowthProblem(`no growth of ${props.environment.name} is under way: there is nothing to undo`);
  }
  if (journal.state === 'finishing') {
    throw new GrowthProblem('the growth is being finished, and the server may be gone: run --finish again');
  }
  const growth = new Growth(props, journal);
  await growth.confirm(question(journal), 'nothing was undone');
  await growth.note({ state: 'undoing' });
  if (journal.begun.serve !== undefined) await stopService(growth);
  if (journal.begun.switch !== undefined) await switchBack(growth);
  if (journal.begun['hand-over'] !== undefined) {
    props.say('The server takes its service back ...');
    await props.cloud.takeBack();
  }
  if (journal.begun.move !== undefined) {
    // Last, because users work again and nobody waits for it.
    props.say('Setting the new database aside, so that no deployment by mistake serves it ...');
    await props.cloud.withdraw();
  }
  await growth.note({ state: 'undone' });
  props.say(
    `Undone: the server serves. Set users in the environment file back to what they were, then deploy: that removes what was prepared${journal.begun.prepare === undefined ? ', if anything' : ', and keeps a last snapshot of the new database'}.`,
  );
}

function question({ begun }: Journal): string {
  if (begun.switch !== undefined) {
    return `The domain was switched at ${begun.switch}. Whatever users entered since then is in the new database alone: it stays there and will NOT be on the server. Its scheduled jobs ran since ${begun.serve}, and mail that they sent may be sent again. Go back all the same?`;
  }
  if (begun.serve !== undefined) {
    return `No user has worked on the new service, but its scheduled jobs ran since ${begun.serve}, and mail that they sent may be sent again. Go back?`;
  }
  return 'Nothing was entered on the new side. Go back?';
}

async function stopService({ cloud, say }: Growth): Promise<void> {
  say('Stopping the new service ...');
  if ((await cloud.stackStatus('Service')) !== undefined) await cloud.deleteStack('Service');
}

async function switchBack({ cloud, environment, journal, say }: Growth): Promise<void> {
  if (journal.dnsTemplate !== undefined) {
    say('Pointing the domain at the server again ...');
    await cloud.restoreTemplate('Dns', journal.dnsTemplate);
  } else if (environment.domain?.hostedZone === undefined) {
    say(
      `The zone of ${environment.domain?.name} is not in this account: point its record at the server again, as the output RecordToCreate of ${environment.name}-Server says.`,
    );
  }
}
