import type { DatabasePoint, DatabaseSource, DatabaseWindow, Filestore } from './copies.ts';

/** What there is to restore in one Region. */
export interface Restorable {
  readonly windows: readonly DatabaseWindow[];
  readonly points: readonly DatabasePoint[];
  /** Absent: nothing is known of it. */
  readonly filestore?: Filestore;
}

/** Which database and which attachments belong together, as near to a moment as can be. */
export interface Coordination {
  /** The moment that was asked for. */
  readonly wanted: Date;
  /** Absent: nothing can be restored from that moment or before. */
  readonly point?: CoordinatedPoint;
  /** The nearest moment after the one that was asked for; absent where that one can be had, or there is no later one. */
  readonly next?: Date;
}

export interface CoordinatedPoint {
  /** Moment of the database, never after the one that was asked for. */
  readonly at: Date;
  readonly source: DatabaseSource;
  readonly attachments: Attachments;
  /** Work that is lost: milliseconds from `at` to the moment that was asked for. */
  readonly givenUp: number;
  /** The part of it that is lost because the attachments of newer rows may not be there, milliseconds. */
  readonly givenUpForFilestore: number;
}

export type Attachments =
  | { readonly kind: 'included' }
  | { readonly kind: 'point'; readonly name: string; readonly created: Date }
  | {
      readonly kind: 'versions';
      readonly bucket: string;
      readonly prefix: string;
      /** Versions of this moment or any later one: Odoo never changes an attachment, it only adds and deletes. */
      readonly asOf: Date;
      /** When the first of them is deleted. */
      readonly keptUntil: Date | 'for-ever' | 'unknown';
      /** Attachments that were deleted before this moment are gone. Absent: none are. */
      readonly goneUntil?: Date;
    };

const DAY = 86_400_000;

/**
 * The newest point at or before a moment for which every attachment is there. A database is never newer than its
 * attachments: rows that refer to files which are nowhere cannot be mended, files that no row refers to do no harm.
 *
 * @param now - what is kept of deleted attachments counts from then.
 */
export function coordinate(restorable: Restorable, wanted: Date, now: Date): Coordination {
  const complete = completeUntil(restorable.filestore)?.getTime() ?? -Infinity;
  const best = newest(momentsUntil(restorable, wanted.getTime(), complete));
  const next = best?.at === wanted.getTime() ? undefined : firstAfter(restorable, wanted.getTime(), complete);
  if (best === undefined) return { wanted, next };
  const unlimited = newest(momentsUntil(restorable, wanted.getTime(), Infinity)) ?? best;
  return {
    wanted,
    next,
    point: {
      at: new Date(best.at),
      source: best.source,
      attachments: attachmentsFor(best, restorable.filestore, now),
      givenUp: wanted.getTime() - best.at,
      givenUpForFilestore: unlimited.at - best.at,
    },
  };
}

/** Every attachment that was written before is there; undefined where that is not known. */
export function completeUntil(filestore: Filestore | undefined): Date | undefined {
  if (filestore?.kind !== 'points') return filestore?.until;
  return filestore.points
    .map(({ created }) => created)
    .toSorted(byTime)
    .at(-1);
}

/** Moments are milliseconds since 1970 in here. */
interface Moment {
  readonly at: number;
  readonly source: DatabaseSource;
}

/** The latest moment of each source that is not after the one that was asked for, nor after its attachments. */
function momentsUntil({ windows, points }: Restorable, wanted: number, complete: number): readonly Moment[] {
  const limit = Math.min(wanted, complete);
  const inWindows = windows
    .filter(({ from }) => from.getTime() <= limit)
    .map((source) => ({ at: Math.min(source.until.getTime(), limit), source }));
  const single = points
    .map((source) => ({ at: source.completed.getTime(), source }))
    .filter(({ at, source }) => at <= (hasAttachments(source) ? wanted : limit));
  return [...inWindows, ...single];
}

function firstAfter({ windows, points }: Restorable, wanted: number, complete: number): Date | undefined {
  const moments = [
    ...windows.map(({ from }) => from).filter((from) => from.getTime() <= complete),
    ...points
      .filter((point) => hasAttachments(point) || point.completed.getTime() <= complete)
      .map(({ completed }) => completed),
  ];
  return moments.filter((moment) => moment.getTime() > wanted).toSorted(byTime)[0];
}

/** The data volume of the single server has both on it. */
function hasAttachments({ kind }: DatabasePoint): boolean {
  return kind === 'volume';
}

function attachmentsFor({ at, source }: Moment, filestore: Filestore | undefined, now: Date): Attachments {
  if (source.kind === 'volume') return { kind: 'included' };
  if (filestore === undefined) throw new Error('the attachments of this point are not known');
  if (filestore.kind === 'points') {
    // The first of them: the later ones lack more of what was deleted since.
    const first = filestore.points
      .toSorted((one, other) => byTime(one.created, other.created))
      .find(({ created }) => created.getTime() >= at);
    if (first === undefined) throw new Error('this point is newer than its attachments');
    return { ...first, kind: 'point' };
  }
  const { bucket, prefix, keptDays } = filestore;
  const versions = { kind: 'versions', bucket, prefix, asOf: new Date(at) } as const;
  if (typeof keptDays === 'string') return { ...versions, keptUntil: keptDays };
  const kept = keptDays * DAY;
  return {
    ...versions,
    keptUntil: new Date(at + kept),
    goneUntil: at + kept < now.getTime() ? new Date(now.getTime() - kept) : undefined,
  };
}

/** Of the same moment the first one: windows come before single points. */
function newest(moments: readonly Moment[]): Moment | undefined {
  return moments.reduce<Moment | undefined>(
    (best, moment) => (best === undefined || moment.at > best.at ? moment : best),
    undefined,
  );
}

function byTime(one: Date, other: Date): number {
  return one.getTime() - other.getTime();
}
