import { check } from '../check.ts';
import { copyAttachments } from '../copy-attachments.ts';
import { type Failback, FailbackProblem } from '../failback.ts';
import type { FailbackJournal } from '../journal.ts';
import { switchDomain } from '../switch-domain.ts';
import type { FailbackStep } from '../way-home.ts';
import { announcement, downtime } from './announcement.ts';
import type { ServerCloud } from './cloud.ts';
import { clearHome } from './server-at-home.ts';

/** By the backups that the recovered server has left: a new one at home fills itself from them. */
export function serverSteps(cloud: ServerCloud): readonly FailbackStep[] {
  return [
    {
      name: 'check',
      title: 'Looking whether everything is ready in both Regions',
      run: async (failback) => {
        await check(failback);
        return {};
      },
    },
    {
      name: 'prepare',
      title:
        'Preparing while users work: the old server goes, its backups are set aside, attachments are copied',
      question: (failback) => `${announcement(failback)}\n\nBegin?`,
      run: (failback) => prepare(failback, cloud),
    },
    {
      name: 'hand-over',
      title: 'Handing over: the recovered server stops Odoo for good and saves everything',
      question: (failback) =>
        `From now on nobody can work for ${downtime(failback)}. Until --finish you can go back with --undo, and nothing is lost. Begin?`,
      run: (failback) => handOver(failback, cloud),
    },
    {
      name: 'move',
      title: 'Moving: the last attachments, then the backups of the recovered server',
      run: (failback) => move(failback, cloud),
    },
    {
      name: 'serve',
      title: 'Letting the primary Region serve: a new server fills its volume from these backups',
      run: (failback) => serve(failback, cloud),
    },
    {
      name: 'switch',
      title: 'Leading the domain home',
      question: ({ journal: { server, home }, environment }) =>
        `The server in ${environment.region} answers, with ${home?.files} attachments in its database; ${server?.files} were handed over. Look at its newest entries, if you can. What is entered from now on is there alone. Lead everybody there?`,
      run: (failback) => leadHome(failback, cloud),
    },
  ];
}

async function prepare(failback: Failback, cloud: ServerCloud): Promise<Partial<FailbackJournal>> {
  const began = failback.now;
  const server = await cloud.serverStatus('recovery');
  await clearHome(failback, cloud);
  // As this checkout has them: what cannot be deployed is found now, and not while everybody waits.
  await cloud.deployHome(['Network', 'Data']);
  await copyAttachments(failback, began);
  return { server };
}

async function handOver(failback: Failback, cloud: ServerCloud): Promise<Partial<FailbackJournal>> {
  // Somebody may have deployed since; it is the last moment for it, because the place is taken from now on.
  await clearHome(failback, cloud);
  const handedOver = await cloud.handOver();
  return { handedOver, server: await cloud.serverStatus('recovery') };
}

async function move(failback: Failback, cloud: ServerCloud): Promise<Partial<FailbackJournal>> {
  await copyAttachments(failback, new Date(failback.journal.begun['hand-over'] ?? ''));
  const backups = await cloud.bringBackupsHome();
  failback.say(`Backups: ${backups.objects} objects with ${backups.bytes} bytes are at home.`);
  return { backups };
}

async function serve(failback: Failback, cloud: ServerCloud): Promise<Partial<FailbackJournal>> {
  const { environment } = failback;
  // There is no server that either of both could start. The new one would be stopped by the fence, and wait for ever with the mark.
  await cloud.unsilenceHome();
  await (await cloud.fence()).removeFence();
  await cloud.deployHome(['Server']);
  const problem = await cloud.probe('primary');
  if (problem !== undefined) {
    throw new FailbackProblem(
      `the new server of ${environment.name} in ${environment.region} does not answer as it should: ${problem}; mend it and run failback again, or go back with --undo`,
    );
  }
  return { home: await cloud.serverStatus('primary') };
}

async function leadHome(failback: Failback, cloud: ServerCloud): Promise<Partial<FailbackJournal>> {
  if (failback.environment.domain?.hostedZone !== undefined) await cloud.deployHome(['Dns']);
  await switchDomain(failback);
  // Users are there already.
  await cloud.deployHome(['Backup', 'Operations']);
  return {};
}
