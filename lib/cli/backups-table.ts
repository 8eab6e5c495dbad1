import { type Attachments, completeUntil, type CoordinatedPoint } from '../backups/coordinate.ts';
import type { DatabasePoint, DatabaseSource, FilestoreVersions } from '../backups/copies.ts';
import type { BackupsReport, RegionReport } from '../backups/report.ts';
import { duration, instant } from '../backups/words.ts';
import { lastProof, NOT_TESTED, proofLines } from './backups-proofs.ts';
import { restoreSteps } from './backups-steps.ts';
import { heading, type Style } from './style.ts';
import { alignRows, wrap } from './text-layout.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;

/** What can be restored, for a person who was woken up. */
export function renderBackups(report: BackupsReport, style: Style): string {
  const { environment, tier, askedAt, regions } = report;
  return [
    heading(`${environment}: ${tier}, what can be restored at ${instant(askedAt)}`, style, '='),
    ...problemLines(report, style),
    ...regions.map((region) => regionText(region, report, style)),
    ...(regions.length > 1 ? [] : [noCopies(style)]),
    heading('What to do', style),
    restoreSteps(report, style),
  ].join('\n');
}

/** First, because all the rest is to be read with it in mind. */
function problemLines({ problems }: BackupsReport, style: Style): readonly string[] {
  if (problems.length === 0) return [];
  return [
    heading('Not known, or cannot be restored', style),
    ...problems.map(({ region, what, why }) => wrap(`! ${region}, ${what}: ${why}`, style.width, 4).slice(2)),
  ];
}

function noCopies({ width }: Style): string {
  const text =
    'No other Region has a copy: this environment names no recoveryRegion. What happens to the Region happens to its backups.';
  return `\n${wrap(text, width, 2)}`;
}

function regionText(region: RegionReport, report: BackupsReport, style: Style): string {
  const title = heading(`${region.region}, ${placeOf(region, report)}`, style);
  const rows = [
    ...windowRows(region, report),
    ...pointRows(region, report),
    ...filestoreRows(region, report),
  ];
  if (rows.length === 0) return `${title}\n  Nothing is known to be there.`;
  const lines = [...proofLines(region, report), ...tellers(region)];
  return [
    title,
    alignRows([['', 'from', 'to', 'last proof'], ...rows], style.width),
    ...lines.map((line) => wrap(line, style.width, 4).slice(2)),
    ...coordinated(region, report, style),
  ].join('\n');
}

function placeOf({ role }: RegionReport, { regions }: BackupsReport): string {
  const isBroughtBack = regions.some((region) => region.role === 'recovered');
  switch (role) {
    case 'primary':
      return isBroughtBack ? 'where it ran before it was brought back' : 'where it runs';
    case 'recovery':
      return isBroughtBack ? 'the copies of what it was before' : 'where its copies are';
    default:
      return 'where it was brought back, and runs';
  }
}

type Rows = readonly (readonly string[])[];

/** No test of a service restores to a moment; that of the single server does. */
function windowRows(region: RegionReport, report: BackupsReport): Rows {
  return region.windows.map(({ kind, from, until, retained }) => [
    `database, any moment${retained ? ', of a deleted instance' : ''}`,
    instant(from),
    instant(until),
    kind === 'pgbackrest' ? lastProof(region, report) : NOT_TESTED,
  ]);
}

/** What the single moments of each kind are called. */
const POINTS: readonly (readonly [DatabasePoint['kind'], string])[] = [
  ['recovery-point', 'database, recovery points'],
  ['dump', 'database, dumps'],
  ['volume', 'data volume, recovery points'],
];

function pointRows(region: RegionReport, report: BackupsReport): Rows {
  return POINTS.flatMap(([kind, name]) => {
    const moments = region.points.filter((point) => point.kind === kind).map(({ completed }) => completed);
    return moments.length === 0
      ? []
      : [[`${name}: ${moments.length}`, ...span(moments), pointProof(kind, region, report)]];
  });
}

/** Nothing tests a dump. */
function pointProof(kind: DatabasePoint['kind'], region: RegionReport, report: BackupsReport): string {
  if (kind === 'recovery-point') return lastProof(region, report);
  return kind === 'volume' ? lastProof(region, report, 'data volume') : NOT_TESTED;
}

/** The test of the database looks at the attachments in a bucket as well; a file system has one of its own. */
function filestoreRows(region: RegionReport, report: BackupsReport): Rows {
  const { filestore } = region;
  if (filestore === undefined) return [];
  if (filestore.kind === 'points') {
    const moments = filestore.points.map(({ created }) => created);
    return moments.length === 0
      ? []
      : [
          [
            `attachments on EFS, at ${moments.length} moments`,
            ...span(moments),
            lastProof(region, report, 'filestore'),
          ],
        ];
  }
  const to = completeUntil(filestore);
  return [
    [
      'attachments',
      oldestVersions(filestore, report.askedAt),
      to === undefined ? 'not known' : instant(to),
      lastProof(region, report),
    ],
  ];
}

function oldestVersions({ keptDays }: FilestoreVersions, askedAt: Date): string {
  if (keptDays === 'for-ever') return 'the first';
  return keptDays === 'unknown' ? 'not known' : instant(new Date(askedAt.getTime() - keptDays * DAY));
}

/** The first and the last of some moments. */
function span(moments: readonly Date[]): readonly string[] {
  const sorted = moments.toSorted((one, other) => one.getTime() - other.getTime());
  return [sorted[0], sorted.at(-1)].map((moment) => (moment === undefined ? '' : instant(moment)));
}

/** Whose word the table is, where it is not AWS's, and what is there but cannot be restored. */
function tellers({ copiesToldAt, serverToldAt, unusable }: RegionReport): readonly string[] {
  const statuses = [...new Set(unusable.map(({ status }) => status))];
  return [
    ...(serverToldAt === undefined ? [] : [`  As the server said at ${instant(serverToldAt)}.`]),
    ...(copiesToldAt === undefined
      ? []
      : [`  How far the copies are was written down at ${instant(copiesToldAt)}.`]),
    ...statuses.map((status) => {
      const count = unusable.filter((point) => point.status === status).length;
      return `! Recovery points that are ${status}: ${count}, not among those above.`;
    }),
  ];
}

/** The answer: what belongs together. */
function coordinated(
  { coordination: { wanted, point, next } }: RegionReport,
  { at, rpoHours }: BackupsReport,
  { width }: Style,
): readonly string[] {
  const title = at === undefined ? 'The newest that belongs together:' : `For ${instant(wanted)}:`;
  if (point === undefined) {
    return [
      '',
      `  ${title}`,
      `    nothing${next === undefined ? ', see above' : `; the first after it is ${instant(next)}`}`,
    ];
  }
  const rows = [
    ['database', `${instant(point.at)}, ${sourceText(point.source)}`],
    ['attachments', attachmentsText(point)],
    ['lost', lostText(point, rpoHours)],
    ...(at === undefined || next === undefined ? [] : [['or else', `${instant(next)}, the first after it`]]),
  ];
  return ['', `  ${title}`, alignRows(rows, width - 2).replaceAll(/^/gm, '  ')];
}

function sourceText(source: DatabaseSource): string {
  switch (source.kind) {
    case 'automated-backup':
      return `by RDS's automated backups of ${source.name}`;
    case 'pgbackrest':
      return `by pgBackRest, ${source.name}`;
    case 'dump':
      return `the dump ${source.name}`;
    default: {
      const end = source.deletedAt === undefined ? '' : `, deleted ${instant(source.deletedAt)}`;
      return `the recovery point begun ${instant(source.created)}${end}`;
    }
  }
}

function attachmentsText({ attachments }: CoordinatedPoint): string {
  switch (attachments.kind) {
    case 'included':
      return 'on the same volume';
    case 'point':
      return `as of ${instant(attachments.created)}, ${attachments.name}; what was deleted after the database's moment is gone from it`;
    default: {
      const { bucket, prefix, asOf } = attachments;
      return `as of ${instant(asOf)} or any later moment, s3://${bucket}/${prefix}; ${keptText(attachments)}`;
    }
  }
}

function keptText({ keptUntil, goneUntil }: Extract<Attachments, { kind: 'versions' }>): string {
  if (goneUntil !== undefined) return `GONE are those that were deleted before ${instant(goneUntil)}`;
  if (keptUntil === 'unknown') return 'how long they are kept is not known';
  return keptUntil === 'for-ever' ? 'kept for ever' : `kept until ${instant(keptUntil)}`;
}

function lostText({ givenUp, givenUpForFilestore }: CoordinatedPoint, rpoHours: number): string {
  if (givenUp === 0) return 'no work: it is that very moment';
  const because =
    givenUpForFilestore === 0
      ? ''
      : `, ${duration(givenUpForFilestore)} of it because newer attachments may not be there`;
  return `${duration(givenUp)} of work${because} (promised: ${duration(rpoHours * HOUR)} at most)`;
}
