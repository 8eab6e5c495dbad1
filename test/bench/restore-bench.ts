import { cpus } from 'node:os';
import {
  measureValidations,
  type Outcome,
  packProgram,
  removeProgram,
  type Validated,
} from './measure-validation.ts';
import { writeTable } from './write-table.ts';

// `npm run bench:restore [-- --write] [-- --runs 3]`: what the validation of a restore costs, by the number of attachments.

const RUNS = Number(process.argv[process.argv.indexOf('--runs') + 1]) || 3;

/** As many as an environment reads in each test. */
const SAMPLE = 10_000;

interface Candidate extends Validated {
  readonly name: string;
  /** Fewer where it takes many minutes. */
  readonly runs?: number;
}

const CANDIDATES: readonly Candidate[] = [
  { name: 'floor: 100 attachments', attachments: 100, readAtMost: 0, answerMs: 0 },
  ...[10_000, 100_000, 300_000].flatMap((attachments) => [
    { name: `${counted(attachments)}, looked at`, attachments, readAtMost: 0, answerMs: 0 },
    { name: `${counted(attachments)}, a sample read`, attachments, readAtMost: SAMPLE, answerMs: 0 },
  ]),
  {
    name: `${counted(100_000)}, a sample read, 50 ms an answer`,
    attachments: 100_000,
    readAtMost: SAMPLE,
    answerMs: 50,
  },
  {
    name: `${counted(1_000_000)}, a sample read, 50 ms an answer`,
    attachments: 1_000_000,
    readAtMost: SAMPLE,
    answerMs: 50,
    runs: 1,
  },
];

await packProgram();
const rows: string[] = [];
try {
  for (const candidate of CANDIDATES) {
    const runs = Math.min(RUNS, candidate.runs ?? RUNS);
    process.stderr.write(`${candidate.name}, ${runs} times\n`);
    rows.push(rowOf(candidate, await measureValidations(candidate, runs)));
  }
} finally {
  removeProgram();
}

const table = [
  `Median of ${RUNS} runs (of a million one), Node ${process.versions.node}, ${cpus().length} cores, ${new Date().toISOString().slice(0, 10)}.`,
  '',
  '| attachments | read | s | attachments a second | CPU s | heap MiB | resident MiB | invocations |',
  '|---|---|---|---|---|---|---|---|',
  ...rows,
].join('\n');
console.log(table);
if (process.argv.includes('--write')) writeTable('restore', table);

/** Time of the median run, memory of the largest. */
function rowOf({ name }: Candidate, outcomes: readonly Outcome[]): string {
  const median = outcomes.toSorted((one, other) => one.seconds - other.seconds)[outcomes.length >> 1];
  if (median === undefined) throw new Error(`no run of ${name}`);
  const most = (of: (outcome: Outcome) => number) => Math.round(Math.max(...outcomes.map(of)));
  const cells = [
    name,
    counted(median.read),
    median.seconds.toFixed(1),
    counted(Math.round(median.checked / median.seconds)),
    median.cpuSeconds.toFixed(1),
    most(({ peakHeapMiB }) => peakHeapMiB),
    most(({ peakMiB }) => peakMiB),
    most(({ invocations }) => invocations),
  ];
  return `| ${cells.join(' | ')} |`;
}

function counted(count: number): string {
  return count.toLocaleString('en-US');
}
