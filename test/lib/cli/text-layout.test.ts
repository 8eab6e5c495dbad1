import { describe, expect, it } from 'vitest';
import { alignRows, wrap } from '../../../lib/cli/text-layout.ts';

describe('wrap', () => {
  it('breaks at spaces and indents every line', () => {
    expect(wrap('one two three four', 11, 2)).toBe('  one two\n  three\n  four');
  });

  it('leaves a word that is too long on a line of its own', () => {
    expect(wrap('a incomprehensibilities b', 10, 1)).toBe(' a\n incomprehensibilities\n b');
  });

  it('keeps what fits exactly on one line', () => {
    expect(wrap('12345 78', 10, 2)).toBe('  12345 78');
  });
});

describe('alignRows', () => {
  it('makes columns as wide as their widest cell, numbers to the right', () => {
    const rows = [
      ['item', 'USD', 'note'],
      ['a', '1.50', 'x'],
      ['longer', '100.00', ''],
    ];
    expect(alignRows(rows, 80, [1])).toBe(
      ['  item       USD  note', '  a         1.50  x', '  longer  100.00'].join('\n'),
    );
  });

  it('continues the second of two columns below its first word', () => {
    expect(alignRows([['Odoo', 'two nodes of four vCPU']], 20)).toBe(
      '  Odoo  two nodes of\n        four vCPU',
    );
  });
});
