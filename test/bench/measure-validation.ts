import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Endpoint } from '../../constructs/restore-testing/validate-restore.lambda/database.ts';
import type { ExpectedDatabase } from '../../constructs/restore-testing/validate-restore.lambda/database-checks.ts';
import { PASSWORD, RestoredCompany } from '../restore/restored-company.ts';

/** What the process of a validation is told on its standard input. */
export interface Task {
  readonly endpoint: Omit<Endpoint, 'password'> & { readonly password: string };
  readonly s3Endpoint: string;
  readonly expected: ExpectedDatabase;
  readonly readAtMost: number;
  /** After so many seconds an invocation begins no other batch, and the next one goes on. */
  readonly invocationSeconds: number;
}

/** What the process of a validation says when it has ended. */
export interface Outcome {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly invocations: number;
  readonly checked: number;
  readonly read: number;
  /** Kinds of faults: none, or what was measured is not a good restore. */
  readonly faults: number;
  /** Of the process alone, MiB: of JavaScript's heap as sampled, and resident. */
  readonly peakHeapMiB: number;
  readonly peakMiB: number;
}

export interface Validated {
  readonly attachments: number;
  readonly readAtMost: number;
  /** Milliseconds that the stand-in for S3 waits before each answer. */
  readonly answerMs: number;
  /** MiB that JavaScript's heap may have; the process ends where that is not enough. @default - as Node chooses */
  readonly heapMiB?: number;
}

/** 15 minutes, less what `handlers.ts` keeps for the last batch. */
const INVOCATION_SECONDS = 12 * 60;

const PROGRAM = fileURLToPath(new URL('../../.local/bench/validation.mjs', import.meta.url));

/** Puts the program of the measured process together, so that no loader is in its memory. */
export async function packProgram(): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('validation-process.ts', import.meta.url))],
    outfile: PROGRAM,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
}

export function removeProgram(): void {
  rmSync(join(PROGRAM, '..'), { recursive: true, force: true });
}

/**
 * Validates a company of so many attachments, several times.
 *
 * @throws Error if it is not a good restore to which it looked at all.
 */
export async function measureValidations(of: Validated, runs: number): Promise<readonly Outcome[]> {
  const company = await RestoredCompany.start(of.attachments);
  try {
    const outcomes: Outcome[] = [];
    for (let run = 1; run <= runs; run++) outcomes.push(await measureValidation(company, of));
    return outcomes;
  } finally {
    company.stop();
  }
}

/** Validates a restored copy of a company by a process of its own; PostgreSQL and the stand-in for S3 are elsewhere. */
export async function measureValidation(company: RestoredCompany, of: Validated): Promise<Outcome> {
  company.store.answerMs = of.answerMs;
  const { endpoint, expected } = company.restore();
  const { protocol, hostname, port } = (await company.s3.config.endpoint?.()) ?? {};
  const task: Task = {
    endpoint: { ...endpoint, password: PASSWORD },
    s3Endpoint: `${protocol}//${hostname}:${port}`,
    expected,
    readAtMost: of.readAtMost,
    invocationSeconds: INVOCATION_SECONDS,
  };
  const heap = of.heapMiB === undefined ? [] : [`--max-old-space-size=${of.heapMiB}`];
  const child = spawn(process.execPath, ['--no-warnings', ...heap, PROGRAM], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(task));
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code !== 0) throw new Error(`the validation of ${of.attachments} attachments ended with ${code}`);
  const outcome: Outcome = JSON.parse(output);
  if (outcome.faults > 0 || outcome.checked !== of.attachments) {
    throw new Error(`not a good restore of ${of.attachments} attachments: ${output}`);
  }
  return outcome;
}
