import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What one command cost: CPU of it and everything it started, and its largest Node process. */
export interface Cost {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly peakMiB: number;
}

const RECORD_PEAK = fileURLToPath(new URL('record-peak-memory.mjs', import.meta.url));

/**
 * Runs a shell command as a whole process and measures it.
 *
 * CPU comes from the shell's `time`, which counts every descendant that was waited for; Node itself cannot ask for it.
 * Memory comes from each Node process at its exit, so native children (esbuild, tsgolint) are not in it.
 *
 * @throws Error with the command's output when it fails: a failed run has no time.
 */
export function measure(command: string, cwd: string, env: Readonly<Record<string, string>> = {}): Cost {
  const peaks = mkdtempSync(join(tmpdir(), 'odoo-aws-bench-'));
  try {
    const run = spawnSync(
      'bash',
      ['-c', `TIMEFORMAT='%R %U %S'; time { ${command} >/dev/null 2>"$PEAKS/stderr"; }`],
      {
        cwd,
        env: { ...process.env, ...env, PEAKS: peaks, NODE_OPTIONS: `--import ${RECORD_PEAK}` },
        encoding: 'utf8',
      },
    );
    if (run.status !== 0) {
      throw new Error(`${command} failed: ${readFileSync(join(peaks, 'stderr'), 'utf8').slice(-2000)}`);
    }
    const [wall = NaN, user = NaN, system = NaN] = (run.stderr.trim().split('\n').at(-1) ?? '')
      .split(' ')
      .map(Number);
    return { wallSeconds: wall, cpuSeconds: user + system, peakMiB: largestPeak(peaks) };
  } finally {
    rmSync(peaks, { recursive: true, force: true });
  }
}

function largestPeak(directory: string): number {
  const peaks = readdirSync(directory).filter((name) => name.endsWith('.peak'));
  return Math.max(0, ...peaks.map((name) => Number(readFileSync(join(directory, name), 'utf8')))) / 1024;
}

/** Median by CPU of several runs, interleaved by the caller so that a slow minute does not hit one candidate only. */
export function median(costs: readonly Cost[]): Cost {
  const sorted = costs.toSorted((a, b) => a.cpuSeconds - b.cpuSeconds);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('no runs to take the median of');
  return { ...middle, peakMiB: Math.max(...costs.map((cost) => cost.peakMiB)) };
}
