import { describe, expect, it } from 'vitest';
import { formatProblems } from '../../config/format-problems.ts';

const problem = {
  path: 'prod.users',
  value: 0,
  message: 'must be at least 1',
  allowed: '1 to 100,000',
  fix: 'write 1',
};

describe('problems in a terminal', () => {
  it('are counted, numbered and complete', () => {
    expect(formatProblems([problem, { ...problem, path: 'prod.region', value: undefined }])).toBe(
      [
        'The configuration has 2 problems:',
        '',
        '1. prod.users',
        '   given    0',
        '   problem  must be at least 1',
        '   allowed  1 to 100,000',
        '   to do    write 1',
        '',
        '2. prod.region',
        '   given    nothing',
        '   problem  must be at least 1',
        '   allowed  1 to 100,000',
        '   to do    write 1',
      ].join('\n'),
    );
  });

  it('are one problem when there is one', () => {
    expect(formatProblems([problem])).toMatch(/^The configuration has 1 problem:/);
  });

  it('keep to the width of a terminal, further lines below the first word', () => {
    const text = formatProblems([{ ...problem, fix: 'word '.repeat(60).trim() }]);
    const lines = text.split('\n');

    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(103);
    expect(lines.at(-1)).toMatch(/^ {12}word/);
  });

  it.each([10n, Symbol('x'), new Map([['a', 1]]), 'a\nb', { deep: { deep: { deep: { deep: 1 } } } }])(
    'show a value that is no plain one: %o',
    (value) => {
      expect(formatProblems([{ ...problem, value }]).split('\n')).toHaveLength(7);
    },
  );
});
