import { describe, expect, it } from 'vitest';
import { filterPattern, metricValue } from './filter-pattern.ts';

const event = JSON.stringify({
  eventType: 'UpdateTrail',
  latency: 50,
  text: '50',
  empty: '',
  nothing: null,
  list: [1],
  nested: { email: 'a@example.com', count: 1.5 },
});

describe('a pattern of JSON', () => {
  it.each([
    ['{ $.eventType = "UpdateTrail" }', true],
    ['{ $.eventType = "updatetrail" }', false],
    ['{ $.eventType = "Update*" }', true],
    ['{ $.eventType = "*Trail" }', true],
    ['{ $.eventType = "*dateT*" }', true],
    ['{ $.eventType = "Trail*" }', false],
    ['{ $.eventType != "Get*" }', true],
    ['{ $.eventType = "*" }', true],
    ['{ $.missing = "*" }', false],
    ['{ $.missing != "x" }', false],
    ['{ $.nothing = "*" }', false],
    ['{ $.nothing >= 0 }', false],
    ['{ $.list = "*" }', false],
    ['{ $.list NOT EXISTS }', false],
    ['{ $.missing NOT EXISTS }', true],
    ['{ $.latency = 50 }', true],
    ['{ $.latency >= 50.0 }', true],
    ['{ $.latency < 50 }', false],
    ['{ $.latency != 50 }', false],
    ['{ $.latency <= 49 }', false],
    ['{ $.text >= 0 }', false],
    ['{ $.nested.email = "*@example.com" }', true],
    ['{ $.nested.count > 1 }', true],
    ['{ $.eventType.deeper = "*" }', false],
    ['{ $.latency = 1 && $.latency = 1 || $.latency = 50 }', true],
    ['{ $.latency = 1 && ($.latency = 1 || $.latency = 50) }', false],
  ])('%s: %s', (pattern, matches) => {
    expect(filterPattern(pattern)(event)).toBe(matches);
  });

  it('matches nothing but objects of JSON', () => {
    for (const text of ['', 'latency', '[50]', 'null', `${event} and more`]) {
      expect(filterPattern('{ $.missing NOT EXISTS }')(text)).toBe(false);
    }
  });

  it.each([
    '{ $.eventType = UpdateTrail }',
    '{ $.eventType = "Up*Trail" }',
    '{ $.eventType = %Trail% }',
    '{ $.eventType IS NULL }',
    '{ $.eventType > "a" }',
    '{ $.latency = 5* }',
    '{ $.latency = 1e3 }',
    '{ $.list[0] = 1 }',
    '{ eventType = "x" }',
    '{ $.latency = 1 && }',
    '{ $.latency = 1',
    '{ $.latency = 1 } x',
    `{ $.eventType = "${'x'.repeat(1024)}" }`,
  ])('is refused where it would rest on a guess: %s', (pattern) => {
    expect(() => filterPattern(pattern)).toThrow();
  });
});

describe('a pattern of terms', () => {
  it.each([
    ['"ERROR"', true],
    ['"error"', false],
    ['"ERROR" "x 1"', true],
    ['"ERROR" "x 2"', false],
    ['"ERROR" -"x 1"', false],
    ['?"WARN" ?"ERROR"', true],
    ['?"WARN" ?"INFO"', false],
    ['"a \\"b\\""', true],
  ])('%s: %s', (pattern, matches) => {
    expect(filterPattern(pattern)('ERROR: x 1, a "b"')).toBe(matches);
  });

  it.each(['ERROR', '"ERROR', '"ERROR"  "x"', '"ERROR" ?"x"', '', '[a, b]', '%x%', '-ERROR'])(
    'is refused where it would rest on a guess: %s',
    (pattern) => {
      expect(() => filterPattern(pattern)).toThrow();
    },
  );
});

describe('the value of a metric', () => {
  it('is a number, or that of a field', () => {
    expect(metricValue('1', 'no JSON')).toBe(1);
    expect(metricValue('$.latency', event)).toBe(50);
  });

  it.each(['$.text', '$.missing', '$.nothing', '$.list'])('is nothing else: %s', (field) => {
    expect(() => metricValue(field, event)).toThrow(/is no number/);
  });

  it('is not read from scientific notation', () => {
    expect(() => metricValue('$.tiny', '{"tiny": 1e-9}')).toThrow(/scientific/);
  });
});
