import { MOST_P95_MS, type ScenarioDetail } from '../../config/simulation/simulate.ts';
import type { ScenarioName } from '../../config/simulation/scenarios.ts';
import type { Plan } from '../../config/sizing/plan.ts';
import { heading, type Style } from './style.ts';
import { alignRows, wrap } from './text-layout.ts';

const counts = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Simulated response times for people. */
export function renderSimulation(plan: Plan, scenarios: readonly ScenarioDetail[], style: Style): string {
  const { environment, tier, users, concurrentUsers } = plan;
  const rows = scenarios.map((scenario) => [
    scenario.name,
    percent(scenario.load),
    counts.format(scenario.p50Ms),
    counts.format(scenario.p95Ms),
    `${counts.format(scenario.p95MsByMinute.best)} to ${counts.format(scenario.p95MsByMinute.worst)}`,
    percent(scenario.webUtilisation),
    plan.server === undefined ? percent(scenario.databaseUtilisation) : '',
    counts.format(scenario.queuedMs),
    `${counts.format(scenario.errors)} of ${counts.format(scenario.requests)}`,
    plan.server === undefined ? `${scenario.nodes}` : '',
  ]);
  const header = [
    'scenario',
    'load',
    'p50 ms',
    'p95 ms',
    'p95 by minute',
    'CPU web',
    'CPU db',
    'queue ms',
    'errors',
    'nodes',
  ];
  const title = `${environment}: ${tier}, ${users} ${users === 1 ? 'user' : 'users'}, ${concurrentUsers} at the same time, simulated`;
  const notes = [
    ...Object.entries(meanings(plan)).map(([name, meaning]) => `${name}: ${meaning}`),
    'p95 by minute: best and worst minute; queue: mean time before a worker takes a request. Calibrated against ' +
      'measurements on one machine of two cores; larger ones, AWS and the behaviour of users are assumed: ' +
      'docs/capacity.md.',
  ];
  return [
    heading(title, style, '='),
    alignRows([header, ...rows], style.width, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
    '',
    ...notes.map((note) => wrap(note, style.width, 2)),
  ].join('\n');
}

function meanings({ server, database }: Plan): Readonly<Record<ScenarioName, string>> {
  const restore = 'is lost after a minute; what follows is a restore.';
  const failover =
    'a zone with nodes and the database is lost after a minute; errors until the standby has taken over.';
  const lost = server === undefined ? 'the zone of the only database' : 'the server';
  return {
    declared: 'the expected users at work.',
    headroom: `150 % of them, all arriving within ten minutes; p95 shall stay below ${MOST_P95_MS / 1000} s.`,
    'az-loss': database.multiAz ? failover : `${lost} ${restore}`,
    rolling:
      server === undefined
        ? 'new nodes replace the old ones.'
        : 'Odoo is restarted, which the users see as a page that loads itself again.',
  };
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
