import { expect, it } from 'vitest';
import { duration, instant } from '../../../lib/backups/words.ts';

it('a moment is written in whole seconds, and never later than it was', () => {
  expect(instant(new Date('2026-11-30T03:12:40.999Z'))).toBe('2026-11-30T03:12:40Z');
  expect(instant(new Date('2026-11-30T03:12:40Z'))).toBe('2026-11-30T03:12:40Z');
});

it.each([
  [0, '0 s'],
  [999, '0 s'],
  [61_000, '1 min 1 s'],
  [5 * 60_000, '5 min'],
  [3_600_000 + 59_000, '1 h'],
  [86_400_000 + 4 * 3_600_000, '1 day 4 h'],
  [9 * 86_400_000, '9 days'],
])('%i ms are %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});
