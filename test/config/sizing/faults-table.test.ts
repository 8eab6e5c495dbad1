import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../config/sizing/plan.ts';
import {
  MEASURED_SERVERS,
  SERVED_AFTER_FAILOVER_SECONDS,
  serverFigures,
  serviceFigures,
} from '../../../config/sizing/recovery-figures.ts';
import { lengthOf } from '../../../lib/cli/plan-basis.ts';
import { planOf, production } from '../../support/environments.ts';

const page = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
const faults = page('faults.md');

/** Cells of the row of a fault. */
function rowOf(fault: string): { readonly lost: string; readonly long: string } {
  const row = faults.split('\n').find((line) => line.startsWith(`| **${fault}**`)) ?? '';
  const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
  return { lost: cells[2] ?? '', long: cells[5] ?? '' };
}

const there = { recoveryRegion: 'eu-west-1' };
const small = planOf(10, there);
const medium = planOf(40, there);
const large = planOf(150, production);

function timeAfter(plan: Plan, what: RegExp): string {
  const minutes = plan.recoveryTimes.find(({ after }) => what.test(after))?.minutes;
  return typeof minutes === 'number' ? lengthOf(minutes) : String(minutes);
}

function lostAfter(plan: Plan, what: RegExp): { readonly database: string; readonly attachments: string } {
  const loss = plan.losses.find(({ after }) => what.test(after));
  return {
    database: `${loss?.database.minutes} min`,
    attachments: `${loss?.attachments.minutes} min`,
  };
}

const seconds = (minutes: number) => `${Math.round(minutes * 60)} s`;

describe('the table of faults says what the plan says:', () => {
  it.each([
    ['Process or node', timeAfter(medium, /web node/)],
    ['Instance', `${seconds(serverFigures.provisioned.minutes)} of its own (M)`],
    ['Instance', `${timeAfter(small, /loss of the server/)} with notice`],
    [
      'Volume',
      `${MEASURED_SERVERS.fromBackups[0]} s, and ${seconds(serverFigures.fromBackupsPerGiB.minutes)} per GiB`,
    ],
    ['Volume', `${timeAfter(small, /data volume/)} with deployment`],
    ['Zone', `Medium: ${timeAfter(medium, /its zone/)} (E)`],
    ['Zone', `Large: ${timeAfter(large, /its zone/)} (A), then ${SERVED_AFTER_FAILOVER_SECONDS} s`],
    ['Database damaged or deleted', `small: ${seconds(serverFigures.momentPerGiB.minutes)} per GiB (M)`],
    [
      'Database damaged or deleted',
      `RDS: ${lengthOf(serviceFigures.databaseRestored.minutes)}, and ${timeAfter(large, /mistake/)} until`,
    ],
    [
      'Region',
      `Small: ${MEASURED_SERVERS.fromCopy[0]} s, and ${seconds(serverFigures.fromCopyPerGiB.minutes)} per GiB`,
    ],
    ['Region', `${timeAfter(small, /Region/)} in all (E)`],
    [
      'Region',
      `Medium and large: ${timeAfter(large, /Region/)}, of which RDS ${lengthOf(serviceFigures.databaseRestored.minutes)}`,
    ],
    ['Region', timeAfter(medium, /Region/)],
  ])('%s takes %s', (fault, expected) => expect(rowOf(fault).long).toContain(expected));

  it.each([
    [
      'Volume',
      `${lostAfter(small, /volume/).database} of the database (M), ${lostAfter(small, /volume/).attachments} of attachments`,
    ],
    ['Zone', `Medium without a standby: ${lostAfter(medium, /its zone/).database} (A)`],
    ['Region', `${lostAfter(large, /Region/).database}, small ${lostAfter(small, /Region/).database}`],
  ])('%s loses %s', (fault, expected) => expect(rowOf(fault).lost).toContain(expected));
});

describe('a number that was measured is the one of the page that says how:', () => {
  it('a server that is brought back', () => {
    const [[copied, copiedMore], [own, ownMore]] = [MEASURED_SERVERS.fromCopy, MEASURED_SERVERS.fromBackups];
    const text = page('recovery-small.md');
    expect(text).toContain(`| | ${MEASURED_SERVERS.gib.map((gib) => `${gib} GiB`).join(' | ')} |`);
    expect(text).toMatch(new RegExp(`from launch until it served \\| ${copied} s \\| ${copiedMore} s \\|`));
    expect(text).toMatch(new RegExp(`from its own backups \\| ${own} s \\| ${ownMore} s \\|`));
  });

  it('a moment of the single server: files and log of a gigabyte', () => {
    const [, files, log] =
      /restore of 1 GB.*?(\d+) s and 9 to (\d+) s/.exec(page('backup-and-restore.md')) ?? [];
    expect(Number(files) + Number(log)).toBeLessThanOrEqual(serverFigures.momentPerGiB.minutes * 60);
    expect(Number(files) + Number(log)).toBeGreaterThan(serverFigures.momentPerGiB.minutes * 60 - 2);
  });

  it('a whole recovery, on the page of recoveries', () => {
    const text = page('recovery.md').replaceAll('\n', ' ');
    expect(text).toContain(
      `${timeAfter(large, /Region/)} for 150 users as shipped, ${serviceFigures.databaseRestored.minutes} of which`,
    );
    expect(text).toContain(
      `${timeAfter(small, /Region/).replace('min', 'minutes')} for a single server of 10`,
    );
  });

  it('a restore by RDS: the longest that is said of it', () => {
    const [, longest] = /restore by RDS \| 15 to (\d+) minutes/.exec(page('staging.md')) ?? [];
    expect(Number(longest)).toBe(serviceFigures.databaseRestored.minutes);
  });
});
