import type { PartialFile, Settings } from '../defaults.ts';
import type { Problem } from '../problem.ts';
import type { Tier } from '../sizing/plan.ts';

/** An environment on its way to being resolved; parts that are wrong by themselves are left out. */
export interface Draft {
  /** What of the file is valid field by field. */
  readonly file: PartialFile;
  /** The same with every default. */
  readonly settings: Settings;
  /** Absent when the number of users is missing or wrong. */
  readonly tier?: Tier;
  /** Whether the file has something at this path, be it right or wrong: a field that is wrong is not missing. */
  readonly isWritten: (path: string) => boolean;
}

/** Judges what fields demand of one another. Paths are relative to the environment. */
export type Rule = (draft: Draft) => readonly Problem[];

/** Where something is used that a field names: nothing is said where it is not known. */
export interface Place {
  readonly region: string | undefined;
  readonly account: string | undefined;
  /** Beginning of a sentence, for example `the environment is`. */
  readonly stands: string;
}
