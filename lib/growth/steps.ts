import type { Step } from '../steps/take-steps.ts';
import { check } from './check.ts';
import type { StackPurpose } from './cloud.ts';
import { type Growth, GrowthProblem } from './growth.ts';
import type { Journal, StepName } from './journal.ts';
import { describeDowntime, predictDowntime } from './prediction.ts';

/** Beside the running server; nothing of what serves changes. */
const PREPARED: readonly StackPurpose[] = ['Network', 'Data', 'Edge', 'Release'];

export type GrowthStep = Step<Growth, Journal, StepName>;

export const STEPS: readonly GrowthStep[] = [
  {
    name: 'check',
    title: 'Looking whether everything is ready',
    run: async (growth) => ({ server: await check(growth) }),
  },
  {
    name: 'prepare',
    title: `Deploying ${PREPARED.join(', ')} beside the running server; users notice nothing`,
    run: async ({ cloud }) => {
      await cloud.deploy(PREPARED);
      return {};
    },
  },
  {
    name: 'rehearse',
    title: 'Rehearsing: the newest nightly dump is restored into the new database, compared, and dropped',
    run: rehearse,
  },
  {
    name: 'hand-over',
    title:
      'Handing over: the server stops Odoo, saves and counts everything; users see the page for maintenance',
    question: (growth) =>
      `From now on nobody can work for about ${describeDowntime(downtimeOf(growth.journal))}. Until the domain is switched you can go back with --undo. Begin?`,
    run: async ({ cloud }) => ({ handedOver: await cloud.handOver() }),
  },
  {
    name: 'move',
    title: 'Moving: the final dump is restored, compared table by table and file by file, and put in service',
    run: async ({ cloud, journal }) => {
      const { dump, manifest } = required(journal.handedOver);
      return { received: await cloud.receive({ dump, manifest, commit: true }) };
    },
  },
  {
    name: 'serve',
    title: 'Starting the service behind its load balancer; the domain still leads to the server',
    run: serve,
  },
  {
    name: 'switch',
    title: 'Switching the domain',
    question: ({ journal, environment }) =>
      `The new service answers with ${journal.received?.rows ?? 'all'} rows in ${journal.received?.tables ?? 'its'} tables and ${journal.received?.files ?? 'all'} attachments compared. What users enter after the switch is on the new side alone. Point ${environment.domain?.name} at it?`,
    run: switchDomain,
  },
];

async function rehearse({ cloud, say, journal }: Growth): Promise<Partial<Journal>> {
  const dump = await cloud.newestDump();
  if (dump === undefined) {
    throw new GrowthProblem(
      'the backup bucket has no dump: run systemctl start odoo-backup@dump on the server, then grow again',
    );
  }
  const rehearsal = await cloud.receive({ dump, commit: false });
  const { tables, rows, files, filesRead } = rehearsal;
  say(
    `Rehearsed with ${dump}: ${rows} rows in ${tables} tables, ${files} attachments present, ${filesRead} of them read.`,
  );
  say(
    `Users will have to wait for about ${describeDowntime(predictDowntime(required(journal.server), rehearsal))}.`,
  );
  return { rehearsal };
}

function downtimeOf(journal: Journal): ReturnType<typeof predictDowntime> {
  return predictDowntime(required(journal.server), required(journal.rehearsal));
}

async function serve({ cloud }: Growth): Promise<Partial<Journal>> {
  await cloud.deploy(['Service', 'Operations']);
  const problem = await cloud.probe();
  if (problem !== undefined) {
    throw new GrowthProblem(
      `the new service is deployed but does not answer as it should: ${problem}; mend it and grow again, or go back with --undo`,
    );
  }
  return {};
}

async function switchDomain(growth: Growth): Promise<Partial<Journal>> {
  const { cloud, environment, say } = growth;
  if (environment.domain?.hostedZone === undefined) {
    say(
      `The zone of ${environment.domain?.name} is not in this account: make the record that the output RecordToCreate of ${environment.name}-Edge names.`,
    );
    return {};
  }
  // Before the first try: an interrupted one may have changed it.
  if (growth.journal.dnsTemplate === undefined) {
    await growth.note({ dnsTemplate: await cloud.templateOf('Dns') });
  }
  await cloud.deploy(['Dns']);
  return {};
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the journal lacks what an earlier step noted');
  return value;
}
