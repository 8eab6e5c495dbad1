import type { LossPlan, LostPart } from './plan.ts';
import { sources } from './sources.ts';

/** S3 Replication Time Control. */
const REPLICATED_MINUTES = 15;

/** What is lost of database and attachments, before it is summed up. */
export interface Losses extends Pick<LossPlan, 'after'> {
  readonly database: readonly LostPart[];
  readonly attachments: readonly LostPart[];
}

type Source = keyof typeof sources;

export const measured = (minutes: number, because: string, source: Source): LostPart =>
  part(minutes, because, 'measured', source);

export const stated = (minutes: number, because: string, source: Source): LostPart =>
  part(minutes, because, 'stated', source);

export const assumed = (minutes: number, because: string): LostPart =>
  part(minutes, because, 'assumed', 'drill');

export const designed = (minutes: LostPart['minutes'], because: string, source: Source): LostPart =>
  part(minutes, because, 'designed', source);

function part(
  minutes: LostPart['minutes'],
  because: string,
  basis: LostPart['basis'],
  source: Source,
): LostPart {
  return { minutes, because, basis, source: sources[source] };
}

/** An object on its way to the bucket in the recovery Region. */
export const replicated = (recoveryRegion: string): LostPart =>
  stated(REPLICATED_MINUTES, `S3 copies a new object to ${recoveryRegion}`, 's3ReplicationTime');

/** A recovery goes on from a note that the lost Region was still alive to confirm. */
export const noted: LostPart = designed(
  5,
  'how far the copies are is noted every five minutes, and the last note counts that is older than the last sign of the lost Region',
  'restorePoint',
);

export const mistakeWithin = (days: number): string =>
  `a mistake, noticed within ${days === 1 ? 'a day' : `${days} days`}`;

export const lossOfRegion = (region: string): string => `the loss of the Region ${region}`;

/** Without a recovery Region. */
export function everythingWith(region: string): Losses {
  const everything = designed(
    'everything',
    'no copy leaves the Region, because recoveryRegion is not set',
    'configured',
  );
  return { after: lossOfRegion(region), database: [everything], attachments: [everything] };
}
