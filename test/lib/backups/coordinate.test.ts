import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DatabasePoint, DatabaseWindow, Filestore } from '../../../lib/backups/copies.ts';
import { coordinate, type Restorable } from '../../../lib/backups/coordinate.ts';

const NOW = new Date('2026-11-30T03:12:40Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const ago = (milliseconds: number) => new Date(NOW.getTime() - milliseconds);

const window = (from: Date, until: Date): DatabaseWindow => ({
  kind: 'automated-backup',
  name: 'prod-db',
  from,
  until,
});

const point = (
  created: Date,
  completed = created,
  kind: DatabasePoint['kind'] = 'recovery-point',
): DatabasePoint => ({ kind, name: `arn:${created.toISOString()}`, created, completed });

const versions = (until: Date | undefined, keptDays: number | 'for-ever' | 'unknown' = 42): Filestore => ({
  kind: 'versions',
  bucket: 'files',
  prefix: 'filestore/odoo/',
  until,
  keptDays,
});

const usual: Restorable = {
  windows: [window(ago(35 * DAY), ago(5 * 60_000))],
  points: [point(ago(200 * DAY)), point(ago(40 * DAY)), point(ago(3 * HOUR))],
  filestore: versions(NOW),
};

describe('the database', () => {
  it('is restored to exactly the moment that was asked for, where RDS has it', () => {
    const wanted = ago(2 * DAY);
    const { point: chosen, next } = coordinate(usual, wanted, NOW);
    expect(chosen).toMatchObject({
      at: wanted,
      givenUp: 0,
      givenUpForFilestore: 0,
      source: usual.windows[0],
    });
    expect(next).toBeUndefined();
  });

  it('is the newest that RDS has, where more was asked for, and it says what that costs', () => {
    expect(coordinate(usual, NOW, NOW).point).toMatchObject({
      at: ago(5 * 60_000),
      givenUp: 5 * 60_000,
      givenUpForFilestore: 0,
    });
  });

  it('is the newest recovery point before, where RDS reaches back no more, and the next one is named', () => {
    expect(coordinate(usual, ago(38 * DAY), NOW)).toMatchObject({
      point: { at: ago(40 * DAY), givenUp: 2 * DAY },
      next: ago(35 * DAY),
    });
  });

  it('cannot be had from before everything, and the first moment is named', () => {
    expect(coordinate(usual, ago(300 * DAY), NOW)).toEqual({
      wanted: ago(300 * DAY),
      next: ago(200 * DAY),
    });
  });

  it('is restored from the automated backups, where a recovery point is of the same moment', () => {
    const wanted = ago(3 * HOUR);
    expect(coordinate(usual, wanted, NOW).point?.source).toBe(usual.windows[0]);
  });

  it('is not a recovery point that was not complete by then: something newer might be in it', () => {
    const made = point(ago(40 * DAY), ago(40 * DAY - HOUR));
    const restorable = { ...usual, points: [point(ago(50 * DAY)), made] };
    expect(coordinate(restorable, ago(40 * DAY - HOUR / 2), NOW).point?.at).toEqual(ago(50 * DAY));
    expect(coordinate(restorable, ago(40 * DAY - HOUR), NOW).point?.source).toBe(made);
  });
});

describe('the attachments', () => {
  it('hold the database back to what has arrived of them, and how much that costs is told apart', () => {
    const restorable = { ...usual, filestore: versions(ago(15 * 60_000)) };
    expect(coordinate(restorable, NOW, NOW).point).toMatchObject({
      at: ago(15 * 60_000),
      givenUp: 15 * 60_000,
      givenUpForFilestore: 10 * 60_000,
    });
  });

  it('that nothing is known of let no database be named', () => {
    for (const filestore of [undefined, versions(undefined), { kind: 'points' as const, points: [] }]) {
      expect(coordinate({ ...usual, filestore }, NOW, NOW)).toEqual({ wanted: NOW, next: undefined });
    }
  });

  it('on the same volume as the database need no other copy', () => {
    const volume = point(ago(HOUR), ago(HOUR), 'volume');
    const restorable = { ...usual, points: [volume], filestore: versions(undefined) };
    expect(coordinate(restorable, NOW, NOW).point).toMatchObject({
      source: volume,
      attachments: { kind: 'included' },
    });
  });

  it('are the versions of that moment, and it says until when they are kept', () => {
    expect(coordinate(usual, ago(2 * DAY), NOW).point?.attachments).toEqual({
      kind: 'versions',
      bucket: 'files',
      prefix: 'filestore/odoo/',
      asOf: ago(2 * DAY),
      keptUntil: ago(-40 * DAY),
      goneUntil: undefined,
    });
  });

  it('of an old recovery point are not all there: which are gone is said', () => {
    expect(coordinate(usual, ago(200 * DAY), NOW).point?.attachments).toMatchObject({
      keptUntil: ago(158 * DAY),
      goneUntil: ago(42 * DAY),
    });
  });

  it.each(['for-ever', 'unknown'] as const)('are said to be kept %s', (kept) => {
    const restorable = { ...usual, filestore: versions(NOW, kept) };
    expect(coordinate(restorable, ago(200 * DAY), NOW).point?.attachments).toEqual({
      kind: 'versions',
      bucket: 'files',
      prefix: 'filestore/odoo/',
      asOf: ago(200 * DAY),
      keptUntil: kept,
    });
  });

  it('on EFS are those of the first recovery point that is not older than the database', () => {
    const filestore: Filestore = {
      kind: 'points',
      points: [2, 10, 26, 50].map((hours) => ({ name: `efs-${hours}`, created: ago(hours * HOUR) })),
    };
    expect(coordinate({ ...usual, filestore }, ago(20 * HOUR), NOW).point).toMatchObject({
      at: ago(20 * HOUR),
      attachments: { kind: 'point', name: 'efs-10', created: ago(10 * HOUR) },
    });
    expect(coordinate({ ...usual, filestore }, NOW, NOW).point).toMatchObject({
      at: ago(2 * HOUR),
      attachments: { name: 'efs-2' },
    });
  });
});

const anyMoment = fc.integer({ min: 0, max: 400 * 24 }).map((hours) => ago(hours * HOUR));
const anyPair = fc
  .tuple(anyMoment, anyMoment)
  .map(([one, other]): [Date, Date] => (one < other ? [one, other] : [other, one]));
const anyFilestore = fc.oneof(
  fc.constant(undefined),
  fc
    .record({ until: fc.option(anyMoment, { nil: undefined }), keptDays: fc.integer({ min: 1, max: 60 }) })
    .map(({ until, keptDays }): Filestore => versions(until, keptDays)),
  fc.array(anyMoment, { maxLength: 5 }).map((moments): Filestore => ({
    kind: 'points',
    points: moments.map((created) => ({ name: 'efs', created })),
  })),
);
const anyRestorable: fc.Arbitrary<Restorable> = fc.record({
  windows: fc.array(
    anyPair.map(([from, until]) => window(from, until)),
    { maxLength: 3 },
  ),
  points: fc.array(
    fc
      .tuple(anyPair, fc.constantFrom('recovery-point', 'dump', 'volume'))
      .map(([[created, completed], kind]) => point(created, completed, kind)),
    { maxLength: 8 },
  ),
  filestore: anyFilestore,
});

/** Every moment of a source, or of its edges and the hours between. */
const covers = ({ windows, points }: Restorable, moment: Date) =>
  windows.some(({ from, until }) => from <= moment && moment <= until) ||
  points.some(({ completed }) => completed.getTime() === moment.getTime());

const completeness = ({ filestore }: Restorable): number => {
  if (filestore === undefined) return -Infinity;
  if (filestore.kind === 'versions') return filestore.until?.getTime() ?? -Infinity;
  return Math.max(-Infinity, ...filestore.points.map(({ created }) => created.getTime()));
};

const always = (check: (restorable: Restorable, wanted: Date) => void) =>
  fc.assert(fc.property(anyRestorable, anyMoment, check), { numRuns: 2000 });

describe('whatever there is', () => {
  it('a database is never newer than its attachments', () => {
    always((restorable, wanted) => {
      const chosen = coordinate(restorable, wanted, NOW).point;
      if (chosen === undefined || chosen.source.kind === 'volume') return;
      expect(chosen.at.getTime()).toBeLessThanOrEqual(completeness(restorable));
      const { attachments } = chosen;
      const asOf = attachments.kind === 'point' ? attachments.created : chosen.at;
      expect(asOf.getTime()).toBeGreaterThanOrEqual(chosen.at.getTime());
    });
  });

  it('a point is never after the moment that was asked for, and always one that a backup has', () => {
    always((restorable, wanted) => {
      const { point: chosen, next } = coordinate(restorable, wanted, NOW);
      if (chosen !== undefined) {
        expect(chosen.at <= wanted).toBe(true);
        expect(covers(restorable, chosen.at)).toBe(true);
        expect(chosen.givenUp).toBe(wanted.getTime() - chosen.at.getTime());
        expect(chosen.givenUpForFilestore).toBeGreaterThanOrEqual(0);
        expect(chosen.givenUpForFilestore).toBeLessThanOrEqual(chosen.givenUp);
      }
      if (next !== undefined) {
        expect(next > wanted).toBe(true);
        expect(coordinate(restorable, next, NOW).point?.at).toEqual(next);
      }
    });
  });

  it('asking for a later moment never gives an earlier point', () => {
    fc.assert(
      fc.property(anyRestorable, anyPair, (restorable, [earlier, later]) => {
        const before = coordinate(restorable, earlier, NOW).point?.at ?? new Date(0);
        const after = coordinate(restorable, later, NOW).point?.at ?? new Date(0);
        expect(after >= before).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('the point is the best one: no moment between it and the one that was asked for can be had', () => {
    always((restorable, wanted) => {
      const at = coordinate(restorable, wanted, NOW).point?.at.getTime() ?? -Infinity;
      const limit = Math.min(wanted.getTime(), completeness(restorable));
      for (const { from, until } of restorable.windows) {
        if (from.getTime() <= limit) expect(at).toBeGreaterThanOrEqual(Math.min(until.getTime(), limit));
      }
      for (const { kind, completed } of restorable.points) {
        const most = kind === 'volume' ? wanted.getTime() : limit;
        if (completed.getTime() <= most) expect(at).toBeGreaterThanOrEqual(completed.getTime());
      }
    });
  });

  it('more attachments never give an earlier point', () => {
    fc.assert(
      fc.property(anyRestorable, anyMoment, anyPair, (restorable, wanted, [less, more]) => {
        const at = (until: Date) =>
          coordinate({ ...restorable, filestore: versions(until) }, wanted, NOW).point?.at ?? new Date(0);
        expect(at(more) >= at(less)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
