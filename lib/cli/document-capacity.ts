import { readFile, writeFile } from 'node:fs/promises';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import type { SizingMode } from '../../config/environment.ts';
import { formatProblems } from '../../config/format-problems.ts';
import { resolveAll } from '../../config/load.ts';
import { compareWithMeasurement } from '../../config/simulation/calibration.ts';
import { type ScenarioName, scenarioNames } from '../../config/simulation/scenarios.ts';
import { type ScenarioDetail, simulateScenario } from '../../config/simulation/simulate.ts';
import type { Plan } from '../../config/sizing/plan.ts';
import { markdownTable } from './markdown.ts';

const documentPath = fileURLToPath(new URL('../../docs/capacity.md', import.meta.url));

/** Numbers of users in the tables. */
export const documentedUsers = [30, 60, 99, 100, 250, 1000, 5000] as const;

const counts = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** What is generated, by the name of the place in docs/capacity.md. */
export function generatedParts(): ReadonlyMap<string, string> {
  return new Map([
    ['calibration', calibrationTable()],
    ['reference', capacityTable('reference')],
    ['measured', capacityTable('measured')],
  ]);
}

/** The six measured runs beside the simulated ones. */
export function calibrationTable(): string {
  const header = [
    'requests/s',
    'busy, measured',
    'simulated',
    'p50 ms, measured',
    'simulated',
    'p95 ms, measured',
    'simulated',
    'simulated / measured',
  ];
  const rows = compareWithMeasurement().map(({ requestsPerSecond, measured, simulated }) => [
    `${requestsPerSecond}`,
    percent(measured.busy),
    percent(simulated.busy),
    measured.p50.toFixed(0),
    simulated.p50.toFixed(0),
    measured.p95.toFixed(0),
    simulated.p95.toFixed(0),
    `p50 ${(simulated.p50 / measured.p50).toFixed(2)}, p95 ${(simulated.p95 / measured.p95).toFixed(2)}`,
  ]);
  return markdownTable(header, rows);
}

function capacityTable(sizing: SizingMode): string {
  const rows = documentedUsers.map((users) => capacityRow(users, sizing));
  return markdownTable(capacityHeader, rows);
}

const capacityHeader: readonly string[] = [
  'users',
  'web nodes',
  'database',
  'declared: p50, p95 ms',
  'headroom: p95 ms, worst minute',
  'CPU web, database then',
  'az-loss: p95 ms, errors',
  'rolling: p95 ms, errors',
];

/** Columns that follow from the plan alone. */
export function plannedCells(users: number, sizing: SizingMode): readonly string[] {
  const { app, database } = examplePlan(users, sizing);
  const nodes = app.nodesMin === app.nodesMax ? `${app.nodesMin}` : `${app.nodesMin} to ${app.nodesMax}`;
  return [counts.format(users), `${nodes} x ${app.vcpu} vCPU, ${app.workers} workers`, database.class];
}

/** One row of a table. */
export function capacityRow(users: number, sizing: SizingMode): readonly string[] {
  const plan = examplePlan(users, sizing);
  const details = new Map<ScenarioName, ScenarioDetail>(
    scenarioNames.map((name) => [name, simulateScenario(plan, name)]),
  );
  const of = (name: ScenarioName, show: (detail: ScenarioDetail) => string): string => {
    const detail = details.get(name);
    return detail === undefined ? '' : show(detail);
  };
  return [
    ...plannedCells(users, sizing),
    of('declared', ({ p50Ms, p95Ms }) => `${counts.format(p50Ms)}, ${counts.format(p95Ms)}`),
    of(
      'headroom',
      ({ p95Ms, p95MsByMinute }) => `${counts.format(p95Ms)}, ${counts.format(p95MsByMinute.worst)}`,
    ),
    of(
      'headroom',
      ({ webUtilisation, databaseUtilisation }) =>
        `${percent(webUtilisation)}, ${percent(databaseUtilisation)}`,
    ),
    of('az-loss', timeAndErrors),
    of('rolling', timeAndErrors),
  ];
}

function timeAndErrors({ p95Ms, errors, requests }: ScenarioDetail): string {
  const share = errors === 0 ? 'none' : `${counts.format(errors)} of ${counts.format(requests)}`;
  return `${counts.format(p95Ms)}, ${share}`;
}

/** What production gets without a further word. */
function examplePlan(users: number, sizing: SizingMode): Plan {
  const content = {
    name: 'example',
    users,
    region: 'eu-central-1',
    production: true,
    recoveryRegion: 'eu-west-1',
    domain: 'odoo.example.com',
    hostedZone: { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com' },
    sizing,
  };
  const planned = resolveAll([{ name: 'example', content }]);
  const plan = planned.ok ? planned.value[0]?.plan : undefined;
  if (plan === undefined) {
    throw new Error(planned.ok ? 'no plan' : formatProblems(planned.problems));
  }
  return plan;
}

/** The page with every generated part put in its place. */
export function withParts(page: string, parts: ReadonlyMap<string, string>): string {
  return [...parts].reduce((text, [name, part]) => {
    const [begin, end] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`];
    const [before, rest] = split(text, begin);
    const [, after] = split(rest, end);
    return `${before}${begin}\n${part}\n${end}${after}`;
  }, page);
}

function split(text: string, mark: string): [before: string, after: string] {
  const at = text.indexOf(mark);
  if (at < 0) {
    throw new Error(`docs/capacity.md has no "${mark.trim()}"`);
  }
  return [text.slice(0, at), text.slice(at + mark.length)];
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(documentPath, withParts(await readFile(documentPath, 'utf8'), generatedParts()));
}
