import { createHash } from 'node:crypto';
import { Damage } from './finding.ts';

/** How many files a report names of each fault. */
const NAMED = 10;

/** What can be wrong with a file that the database refers to. */
export const FAULTS = ['missing', 'deleted', 'wrong size', 'wrong content', 'not readable'] as const;
export type Fault = (typeof FAULTS)[number];

/** How far the look at the attachments is: small, so that another invocation goes on with it. */
export interface Progress {
  /** The last file that was judged; empty before the first one. */
  readonly after: string;
  readonly done: boolean;
  /** Files that the database refers to, and their bytes. */
  readonly checked: number;
  readonly bytes: number;
  /** Of these, read to the end. */
  readonly read: number;
  /** Deleted by users since the backup, and no fault. */
  readonly deletedSince: number;
  readonly faults: Readonly<Partial<Record<Fault, FaultyFiles>>>;
  /**
   * Of the files that are there, when the newest was written; of those that are not, the oldest. Milliseconds since 1970; null
   * where there is none, or where that is not known.
   */
  readonly newestThere: number | null;
  readonly oldestMissing: number | null;
}

interface FaultyFiles {
  readonly count: number;
  /** The first of them. */
  readonly named: readonly string[];
}

export const NOTHING_CHECKED: Progress = {
  after: '',
  done: false,
  checked: 0,
  bytes: 0,
  read: 0,
  deletedSince: 0,
  faults: {},
  newestThere: null,
  oldestMissing: null,
};

/** Progress while a batch is judged. */
export type Tally = { -readonly [Field in keyof Progress]: Progress[Field] } & {
  faults: Partial<Record<Fault, FaultyFiles>>;
};

export function noteFault({ faults }: Tally, fault: Fault, name: string): void {
  const { count = 0, named = [] } = faults[fault] ?? {};
  faults[fault] = { count: count + 1, named: named.length < NAMED ? [...named, name] : named };
}

/** Which files are read to the end. */
export interface Sample {
  /** Of all files; all of them from 1 on. */
  readonly share: number;
  /** Chooses other files in each test. */
  readonly seed: string;
}

/** The names are sums, so that any of their digits are as good as dice. */
export function isSampled(name: string, { share, seed }: Sample): boolean {
  if (share >= 1) return true;
  const dice = createHash('sha1').update(`${seed} ${name}`).digest().readUInt32BE() / 2 ** 32;
  return dice < share;
}

/**
 * @param deleted - what is said of those that were deleted since.
 * @throws Damage that names what is wrong with how many files.
 */
export function judgeAttachments(progress: Progress, deleted: string): string {
  const { checked, bytes, read, deletedSince, faults, newestThere, oldestMissing } = progress;
  const problems = FAULTS.flatMap((fault) => {
    const { count = 0, named = [] } = faults[fault] ?? {};
    return count === 0
      ? []
      : [`${count} ${fault} (${named.join(', ')}${count > named.length ? ', ...' : ''})`];
  });
  if (oldestMissing !== null && oldestMissing > (newestThere ?? 0)) {
    problems.push(
      'all that is missing is newer than all that is there: the filestore is older than the database',
    );
  }
  const extent = `${checked} files of ${(bytes / 2 ** 20).toFixed(1)} MiB looked at, ${read} of them read`;
  if (problems.length > 0) throw new Damage(`${problems.join('; ')}; ${extent}`);
  return deletedSince === 0 ? extent : `${extent}; ${deletedSince} ${deleted}`;
}
