import { expect, it } from 'vitest';
import type { Problem } from '../../config/problem.ts';
import { resolveEnvironment } from '../../config/resolve.ts';
import { files } from './files.ts';

/** A change to a valid file and the one problem that must come of it. */
export interface Refusal {
  readonly when: string;
  /** The valid file that is changed; medium if not named. */
  readonly tier?: keyof typeof files;
  readonly change: Readonly<Record<string, unknown>>;
  /** Path below the environment. */
  readonly path: string;
  readonly message: RegExp;
  readonly fix: RegExp;
}

/** A change to a valid file that leaves it valid. */
export interface Acceptance {
  readonly when: string;
  readonly tier?: keyof typeof files;
  readonly change: Readonly<Record<string, unknown>>;
}

/** Defines one test per row: the expected problem, complete, and no other. */
export function itRefuses(refusals: readonly Refusal[]): void {
  it.each(refusals)('refuses $when', ({ tier = 'medium', change, path, message, fix }) => {
    const file = { ...files[tier], ...change };
    const problems = problemsOf(file);

    expect(problems.map((problem) => problem.path)).toEqual([`${file.name}.${path}`]);
    expect(problems[0]?.message).toMatch(message);
    expect(problems[0]?.message).toMatch(/^[a-z]/);
    expect(problems[0]?.fix).toMatch(fix);
    expectComplete(problems);
  });
}

/** Defines one test per row: no problem. */
export function itAccepts(acceptances: readonly Acceptance[]): void {
  it.each(acceptances)('accepts $when', ({ tier = 'medium', change }) => {
    expect(problemsOf({ ...files[tier], ...change })).toEqual([]);
  });
}

export function problemsOf(file: unknown): readonly Problem[] {
  const result = resolveEnvironment(file);
  return result.ok ? [] : result.problems;
}

/** Every problem can be mended without reading the code, and reads as the others do. */
export function expectComplete(problems: readonly Problem[]): void {
  for (const problem of problems) {
    expect(problem).toHaveProperty('value');
    for (const text of [problem.path, problem.message, problem.allowed, problem.fix]) {
      expect(text).toBeTypeOf('string');
      expect(text.trim()).not.toBe('');
    }
    expect(problem.message).not.toMatch(/\.$/);
  }
}
