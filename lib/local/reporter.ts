import { type Comparison, difference } from './comparison.ts';
import type { Progress } from './cdk-cli.ts';

/** How often something that takes longer says that it is still at work. */
const HEARTBEAT_MS = 2000;

export interface ReporterProps {
  /** Prints every comparison, not only how many there were and which failed. */
  readonly verbose: boolean;
}

/** Says what a run does while it does it, and counts what was compared. */
export class Reporter {
  private readonly verbose: boolean;
  private passes = 0;
  private failures = 0;

  constructor({ verbose }: ReporterProps) {
    this.verbose = verbose;
  }

  get passed(): number {
    return this.passes;
  }

  get failed(): number {
    return this.failures;
  }

  /** Opens a part of the run. */
  section(title: string): void {
    console.log(`\n== ${title}`);
  }

  line(text: string): void {
    console.log(text === '' ? '' : `  ${text}`);
  }

  /** Runs something that may take a while, with its latest news every two seconds. */
  async step<T>(title: string, work: (progress: Progress) => Promise<T>): Promise<T> {
    const begin = Date.now();
    const seconds = (): string => `${((Date.now() - begin) / 1000).toFixed(1)} s`;
    let latest = '';
    this.line(`${title} ...`);
    const heartbeat = setInterval(() => this.line(`  ${seconds()} ${latest}`.trimEnd()), HEARTBEAT_MS);
    try {
      const result = await work((news) => {
        latest = news.replaceAll(/\s+/g, ' ').slice(0, 100);
      });
      this.line(`  done in ${seconds()}`);
      return result;
    } finally {
      clearInterval(heartbeat);
    }
  }

  /** Counts comparisons and prints those that failed. */
  compare(subject: string, comparisons: readonly Comparison[]): void {
    const before = this.failures;
    for (const comparison of comparisons) this.judge(subject, comparison);
    const wrong = this.failures - before;
    if (wrong === 0 && !this.verbose) this.line(`✓ ${subject}: ${comparisons.length} as expected`);
  }

  /** Counts something that went wrong outside a comparison. */
  fail(message: string): void {
    this.failures += 1;
    this.line(`✗ ${message}`);
  }

  private judge(subject: string, comparison: Comparison): void {
    const wrong = difference(comparison);
    if (wrong !== undefined) {
      this.fail(`${subject}: ${comparison.what}: ${wrong}`);
      return;
    }
    this.passes += 1;
    if (this.verbose)
      this.line(`✓ ${subject}: ${comparison.what} ${JSON.stringify(comparison.actual).slice(0, 80)}`);
  }
}
