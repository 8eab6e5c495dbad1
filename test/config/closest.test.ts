import { describe, expect, it } from 'vitest';
import { closest, didYouMean } from '../../config/closest.ts';

describe('the closest candidate', () => {
  const fields = ['users', 'region', 'retention', 'recoveryRegion'];

  it.each([
    ['usres', 'users'],
    ['user', 'users'],
    ['REGION', 'region'],
    ['retnetion', 'retention'],
    ['recoveryregion', 'recoveryRegion'],
  ])('of %s is %s', (word, expected) => {
    expect(closest(word, fields)).toBe(expected);
  });

  it.each(['', 'kubernetes', 'x', 'ab'])('of %j is none', (word) => {
    expect(closest(word, fields)).toBeUndefined();
  });

  it('is the first of those equally close', () => {
    expect(closest('eu-west-9', ['eu-west-1', 'eu-west-2'])).toBe('eu-west-1');
  });

  it('counts a swap of neighbours as one slip', () => {
    expect(closest('abdc', ['abcd'])).toBe('abcd');
    expect(closest('badc', ['abcd'])).toBeUndefined();
  });

  it('is offered as a question', () => {
    expect(didYouMean('usres', fields)).toBe('did you mean "users"?');
  });
});
