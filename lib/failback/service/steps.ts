import { startAgain } from '../../failover/fence.ts';
import { check } from '../check.ts';
import { copyAttachments } from '../copy-attachments.ts';
import { type Failback, FailbackProblem } from '../failback.ts';
import type { FailbackJournal } from '../journal.ts';
import { switchDomain } from '../switch-domain.ts';
import type { FailbackStep } from '../way-home.ts';
import { announcement, downtime, EXPORT_SECONDS } from './announcement.ts';
import type { ServiceCloud } from './cloud.ts';
import { dumpKeys } from './dump-keys.ts';

/** By a dump of the database between two Regions. */
export function serviceSteps(cloud: ServiceCloud): readonly FailbackStep[] {
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
      name: 'rehearse',
      title: 'Rehearsing while users work: dump, attachments, restore beside what is there, comparison',
      question: (failback) => `${announcement(failback)}\n\nBegin?`,
      run: (failback) => rehearse(failback, cloud),
    },
    {
      name: 'hand-over',
      title: 'Handing over: Odoo is stopped in the recovery Region, its database saved and counted',
      question: ({ journal }) =>
        `From now on nobody can work for ${downtime(journal)}. Until the last step you can go back with --undo, and nothing is lost. Begin?`,
      run: async ({ journal }) => ({
        handedOver: await cloud.handOver({ ...dumpKeys(journal, 'final'), commit: true }),
      }),
    },
    {
      name: 'move',
      title: 'Moving: the last attachments, then the dump, which is restored, compared and put in service',
      run: (failback) => move(failback, cloud),
    },
    {
      name: 'serve',
      title: 'Letting the primary Region serve',
      question: ({ journal, environment }) =>
        `${environment.region} has all of it: ${journal.received?.rows ?? 'all'} rows in ${journal.received?.tables ?? 'its'} tables and ${journal.received?.files ?? 'all'} attachments compared. What is entered from now on is there alone. Lift the fence?`,
      run: (failback) => serve(failback, cloud),
    },
    {
      name: 'switch',
      title: 'Leading the domain home',
      run: async (failback) => {
        await switchDomain(failback);
        return {};
      },
    },
  ];
}

async function rehearse(failback: Failback, cloud: ServiceCloud): Promise<Partial<FailbackJournal>> {
  const { journal, say } = failback;
  const keys = dumpKeys(journal, 'rehearsal');
  const began = failback.now;
  await cloud.handOver({ ...keys, commit: false });
  const dumped = failback.now;
  await failback.sleep(EXPORT_SECONDS * 1000);
  await copyAttachments(failback, began);
  const copying = failback.now;
  await cloud.copyDump(keys);
  const copied = failback.now;
  const { tables, rows, files, filesRead } = await cloud.receive({ ...keys, commit: false });
  say(
    `Rehearsed: ${rows} rows in ${tables} tables, ${files} attachments present, ${filesRead} of them read.`,
  );
  const rehearsal = {
    handOver: secondsBetween(began, dumped),
    copyDump: secondsBetween(copying, copied),
    receive: secondsBetween(copied, failback.now),
  };
  return { rehearsal };
}

async function move(failback: Failback, cloud: ServiceCloud): Promise<Partial<FailbackJournal>> {
  const { journal } = failback;
  const keys = dumpKeys(journal, 'final');
  const ended = Date.parse(journal.done['hand-over'] ?? '');
  // What was uploaded last is on its way into the bucket.
  await failback.sleep(Math.max(0, ended + EXPORT_SECONDS * 1000 - failback.now.getTime()));
  await copyAttachments(failback, new Date(journal.begun['hand-over'] ?? ''));
  await cloud.copyDump(keys);
  return { received: await cloud.receive({ ...keys, commit: true }) };
}

async function serve(failback: Failback, cloud: ServiceCloud): Promise<Partial<FailbackJournal>> {
  const { environment } = failback;
  // Settings of the environment file, which may have changed; nobody is served yet.
  await cloud.release();
  if ((await startAgain(await failback.fencing())) !== 'done') {
    throw new FailbackProblem(
      `${environment.region} is not fenced any more, and its guard has not started it: see why, then run failback again, or go back with --undo`,
    );
  }
  const problem = await cloud.probe('primary');
  if (problem !== undefined) {
    throw new FailbackProblem(
      `${environment.name} was started in ${environment.region} but does not answer as it should: ${problem}; mend it and run failback again, or go back with --undo`,
    );
  }
  return {};
}

function secondsBetween(begin: Date, end: Date): number {
  return Math.round((end.getTime() - begin.getTime()) / 1000);
}
