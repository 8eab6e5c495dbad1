import { startAgain } from '../failover/fence.ts';
import type { Step } from '../steps/take-steps.ts';
import { announcement, downtime, EXPORT_SECONDS } from './announcement.ts';
import { check } from './check.ts';
import { type Failback, FailbackProblem } from './failback.ts';
import { dumpKeys, type FailbackJournal, type StepName } from './journal.ts';

export type FailbackStep = Step<Failback, FailbackJournal, StepName>;

export const STEPS: readonly FailbackStep[] = [
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
    run: rehearse,
  },
  {
    name: 'hand-over',
    title: 'Handing over: Odoo is stopped in the recovery Region, its database saved and counted',
    question: ({ journal }) =>
      `From now on nobody can work for ${downtime(journal)}. Until the last step you can go back with --undo, and nothing is lost. Begin?`,
    run: async ({ cloud, journal }) => ({
      handedOver: await cloud.handOver({ ...dumpKeys(journal, 'final'), commit: true }),
    }),
  },
  {
    name: 'move',
    title: 'Moving: the last attachments, then the dump, which is restored, compared and put in service',
    run: move,
  },
  {
    name: 'serve',
    title: 'Letting the primary Region serve',
    question: ({ journal, environment }) =>
      `${environment.region} has all of it: ${journal.received?.rows ?? 'all'} rows in ${journal.received?.tables ?? 'its'} tables and ${journal.received?.files ?? 'all'} attachments compared. What is entered from now on is there alone. Lift the fence?`,
    run: serve,
  },
  { name: 'switch', title: 'Leading the domain home', run: switchDomain },
];

async function rehearse(failback: Failback): Promise<Partial<FailbackJournal>> {
  const { cloud, journal, say } = failback;
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

async function move(failback: Failback): Promise<Partial<FailbackJournal>> {
  const { cloud, journal } = failback;
  const keys = dumpKeys(journal, 'final');
  const ended = Date.parse(journal.done['hand-over'] ?? '');
  // What was uploaded last is on its way into the bucket.
  await failback.sleep(Math.max(0, ended + EXPORT_SECONDS * 1000 - failback.now.getTime()));
  await copyAttachments(failback, new Date(journal.begun['hand-over'] ?? ''));
  await cloud.copyDump(keys);
  return { received: await cloud.receive({ ...keys, commit: true }) };
}

async function copyAttachments({ cloud, say }: Failback, since: Date): Promise<void> {
  const { copied, present } = await cloud.copyAttachments(since);
  say(`Attachments: ${copied} copied, ${present} were there already.`);
}

async function serve(failback: Failback): Promise<Partial<FailbackJournal>> {
  const { cloud, environment } = failback;
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

async function switchDomain({ cloud, environment, say }: Failback): Promise<Partial<FailbackJournal>> {
  if (environment.domain?.hostedZone === undefined) {
    say(
      `The zone of ${environment.domain?.name} is not in this account: make the record that the output RecordToCreate of ${environment.name}-Edge names.`,
    );
  } else {
    // The record of the primary Region is there, and answers as soon as it is alone.
    await cloud.deleteRecovered('Dns');
  }
  return {};
}

function secondsBetween(begin: Date, end: Date): number {
  return Math.round((end.getTime() - begin.getTime()) / 1000);
}
