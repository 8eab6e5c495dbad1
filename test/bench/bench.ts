import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Cost, measure, median } from './measure.ts';
import { writeTable } from './write-table.ts';

// `npm run bench [-- --write] [-- --runs 5]`: what a synthesis costs, beside the floor measured in the same minutes.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RUNS = Number(process.argv[process.argv.indexOf('--runs') + 1]) || 5;
const LOADER = 'node bin/run.mjs';
const OUT = '.local/bench.out';
const cdk = (app: string, options = ''): string =>
  `node node_modules/aws-cdk/bin/cdk synth -q --no-notices --output ${OUT} --app "${app}" ${options}`;

interface Candidate {
  readonly name: string;
  readonly command: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Environments in the app, to print the marginal cost of one. */
  readonly environments?: number;
}

const CANDIDATES: readonly Candidate[] = [
  { name: 'floor: one empty stack', command: cdk(`${LOADER} test/bench/empty-app.ts`) },
  { name: 'prod, with policy checks', command: cdk(`${LOADER} bin/app.ts`, '-c env=prod') },
  ...[1, 10, 50].map((count) => ({
    name: `prod x ${count}, with policy checks`,
    command: cdk(`${LOADER} test/bench/many-environments-app.ts`),
    env: { COUNT: String(count) },
    environments: count,
  })),
  { name: 'test suite', command: 'node node_modules/vitest/vitest.mjs run --silent' },
];

const costs = new Map<string, Cost[]>(CANDIDATES.map(({ name }) => [name, []]));
let resources = 0;
for (let round = 1; round <= RUNS; round++) {
  for (const { name, command, env } of CANDIDATES) {
    process.stderr.write(`round ${round} of ${RUNS}: ${name}\n`);
    rmSync(`${ROOT}/${OUT}`, { recursive: true, force: true });
    costs.get(name)?.push(measure(command, ROOT, env));
    if (name.startsWith('prod, ')) resources = countResources(`${ROOT}/${OUT}`);
  }
}

const table = report();
console.log(table);
if (process.argv.includes('--write')) writeTable('table', table);

function countResources(assembly: string): number {
  const templates = readdirSync(assembly).filter((file) => file.endsWith('.template.json'));
  return templates.reduce((sum, file) => {
    const template: { Resources?: object } = JSON.parse(readFileSync(`${assembly}/${file}`, 'utf8'));
    return sum + Object.keys(template.Resources ?? {}).length;
  }, 0);
}

function report(): string {
  const lines = CANDIDATES.map((candidate) => {
    const cost = median(costs.get(candidate.name) ?? []);
    return `| ${candidate.name} | ${cost.cpuSeconds.toFixed(2)} | ${cost.wallSeconds.toFixed(2)} | ${Math.round(cost.peakMiB)} | ${remark(candidate, cost)} |`;
  });
  return [
    `Median of ${RUNS} interleaved runs, whole process, Node ${process.versions.node}, ${cpus().length} cores, ${new Date().toISOString().slice(0, 10)}.`,
    '',
    '| command | CPU s | wall s | largest process MiB | |',
    '|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

function remark({ name, environments }: Candidate, cost: Cost): string {
  if (name.startsWith('prod, ')) {
    return `${resources} resources, ${((cost.cpuSeconds / resources) * 1000).toFixed(1)} CPU-ms each`;
  }
  if (environments === undefined) return '';
  const fewer = CANDIDATES.findLast(
    (other) => other.environments !== undefined && other.environments < environments,
  );
  if (fewer?.environments === undefined) return '';
  const extra = cost.cpuSeconds - median(costs.get(fewer.name) ?? []).cpuSeconds;
  return `${(extra / (environments - fewer.environments)).toFixed(2)} CPU-s per further environment`;
}
