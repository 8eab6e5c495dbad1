/** One thing that is wrong with a configuration, complete enough to be mended without reading the code. */
export interface Problem {
  /** Where, for example `prod.retention.pointInTimeDays`. */
  readonly path: string;
  /** What was given, as the user wrote it. */
  readonly value: unknown;
  /** What is wrong, lower-case and without a full stop. */
  readonly message: string;
  /** What is allowed, for example `1 to 35`. */
  readonly allowed: string;
  /** What to do about it. */
  readonly fix: string;
}

export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly Problem[] };
