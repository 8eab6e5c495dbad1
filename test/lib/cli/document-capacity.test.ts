import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  calibrationTable,
  capacityRow,
  documentedUsers,
  plannedCells,
  withParts,
} from '../../../lib/cli/document-capacity.ts';

const page = readFileSync(new URL('../../../docs/capacity.md', import.meta.url), 'utf8');

/** Cells of the rows of a generated table, by number of users. */
function rowsOf(part: string): ReadonlyMap<string, readonly string[]> {
  const text = page.split(`<!-- ${part} -->`)[1]?.split(`<!-- /${part} -->`)[0] ?? '';
  const rows = text.split('\n').filter((line) => line.startsWith('| '));
  return new Map(
    rows
      .map((line) => line.slice(2, -2).split(' | '))
      .map((cells): [string, readonly string[]] => [cells[0] ?? '', cells]),
  );
}

const shown = (users: number): string => users.toLocaleString('en-US');

// What follows is brought up to date by: npm run docs:capacity
describe('docs/capacity.md', () => {
  it('has the calibration as it is now', () => {
    expect(page).toContain(`<!-- calibration -->\n\n${calibrationTable()}\n\n<!-- /calibration -->`);
  });

  describe.each(['reference', 'measured'] as const)('sized by %s', (sizing) => {
    const rows = rowsOf(sizing);

    it.each(documentedUsers.filter((users) => users <= 1000))('has the simulation of %i users', (users) => {
      expect(rows.get(shown(users))).toEqual(capacityRow(users, sizing));
    });

    // Simulated like the others by the same command, which takes too long to be repeated here.
    it('has the plan of 5,000 users', () => {
      expect(rows.get(shown(5000))?.slice(0, 3)).toEqual(plannedCells(5000, sizing));
    });
  });

  it('says where a generated part is missing', () => {
    expect(() => withParts('# Capacity\n', new Map([['calibration', '']]))).toThrow(
      'docs/capacity.md has no "<!-- calibration -->"',
    );
  });
});
