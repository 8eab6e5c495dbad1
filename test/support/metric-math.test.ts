import { describe, expect, it } from 'vitest';
import { metricMath } from './metric-math.ts';

describe('metric math', () => {
  it.each<[string, Readonly<Record<string, number | undefined>>, number | undefined]>([
    ['100 * a / (60 * b)', { a: 30, b: 2 }, 25],
    ['1 + 2 * 3 - 4 / 2', {}, 5],
    ['FILL(a, 0) + FILL(b, 7)', { a: undefined, b: undefined }, 7],
    ['a + b', { a: 1, b: undefined }, undefined],
    ['IF(a > 20, b, 0)', { a: 21, b: 5 }, 5],
    ['IF(a > 20, b, 0)', { a: 20, b: 5 }, 0],
    ['IF(a > 20, b, 0)', { a: undefined, b: 5 }, undefined],
  ])('%s of %j is %s', (expression, metrics, value) => {
    expect(metricMath(expression, metrics)).toBe(value);
  });

  it.each(['a +', 'MAX(a, 1)', 'a b', '(a', 'IF(a, 1)', 'FILL(a, REPEAT)', 'a % 2', 'c'])(
    'is refused where it is not known: %s',
    (expression) => {
      expect(() => metricMath(expression, { a: 1 })).toThrow();
    },
  );
});
