import type { Environment } from '../environment.ts';
import type { Problem } from '../problem.ts';
import type { Reason } from './plan.ts';

/** One part of a plan, why it is what it is, and what is wrong with it. */
export interface Sized<T> {
  readonly value: T;
  readonly reasons: readonly Reason[];
  readonly problems: readonly Problem[];
}

/**
 * Collects reasons and problems of one part of a plan while it is computed.
 *
 * A value that the environment file overrides keeps its place in the computation, so that everything derived from it
 * follows, and is checked like a computed one.
 */
export class SizingNotes {
  readonly reasons: Reason[] = [];
  readonly problems: Problem[] = [];
  private readonly environment: Environment;

  constructor(environment: Environment) {
    this.environment = environment;
  }

  /** Notes why `value` stands at `path` of the plan, and passes it through. */
  because<T extends string | number | boolean>(path: string, value: T, because: string, source: string): T {
    this.reasons.push({ path, value, because, source });
    return value;
  }

  /**
   * Takes the override if there is one, otherwise the computed value.
   *
   * @param override - its name below `overrides` of the environment file.
   */
  overridable<T extends string | number | boolean>(
    path: string,
    override: { readonly name: string; readonly value: T | undefined },
    computed: T,
    because: string,
    source: string,
  ): T {
    if (override.value === undefined) {
      return this.because(path, computed, because, source);
    }
    const instead = `set by overrides.${override.name}; the sizing engine would have chosen ${computed}`;
    return this.because(path, override.value, instead, 'the environment file');
  }

  /** Notes a problem; `path` is relative to the environment. */
  problem(path: string, value: unknown, message: string, allowed: string, fix: string): void {
    this.problems.push({ path: `${this.environment.name}.${path}`, value, message, allowed, fix });
  }

  /** Notes a problem unless the condition holds. */
  require(holds: boolean, path: string, value: unknown, message: string, allowed: string, fix: string): void {
    if (!holds) {
      this.problem(path, value, message, allowed, fix);
    }
  }

  sized<T>(value: T): Sized<T> {
    return { value, reasons: this.reasons, problems: this.problems };
  }
}
