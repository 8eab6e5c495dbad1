import type { Environment } from '../environment.ts';
import {
  assumed,
  designed,
  everythingWith,
  type Losses,
  lossOfRegion,
  mistakeWithin,
  noted,
  replicated,
  stated,
} from './loss-parts.ts';
import type { DatabasePlan, LostPart } from './plan.ts';
import { LOSS_OF_DATABASE } from './service-recovery.ts';

/** A day, and the hour within which AWS Backup begins. */
const EFS_BACKUP_MINUTES = 25 * 60;

/** What medium and large lose, with RDS and a filestore in S3 or on EFS. */
export function serviceLosses(
  environment: Environment,
  database: Pick<DatabasePlan, 'multiAz'>,
): readonly Losses[] {
  const { retention, region, recoveryRegion, storage } = environment;
  const filestore = storage.filestore === 's3-files' ? onS3Files : onEfs;
  return [
    {
      after: mistakeWithin(retention.pointInTimeDays),
      database: [
        stated(
          0,
          'RDS restores any moment, up to the one before the mistake, from five minutes later on',
          'rdsRestore',
        ),
      ],
      attachments: filestore.saved,
    },
    {
      after: LOSS_OF_DATABASE,
      database: [database.multiAz ? onStandby : inUploadedLog],
      attachments: filestore.inOtherZones,
    },
    recoveryRegion === undefined
      ? everythingWith(region)
      : {
          after: lossOfRegion(region),
          database: [
            stated(30, `RDS copies its log to ${recoveryRegion}`, 'rdsBackupReplication'),
            noted,
            // A database is never newer than its attachments.
            ...filestore.inOtherRegion(recoveryRegion),
          ],
          attachments: filestore.inOtherRegion(recoveryRegion),
        },
  ];
}

const onStandby = stated(0, 'a standby in another zone has every change that was confirmed', 'rdsMultiAz');
const inUploadedLog = stated(
  5,
  'there is no standby, and RDS uploads its log every five minutes',
  'rdsRestore',
);

/** How a filestore survives. */
interface Filestore {
  /** Until what was written cannot be lost by a mistake any more. */
  readonly saved: readonly LostPart[];
  readonly inOtherZones: readonly LostPart[];
  readonly inOtherRegion: (recoveryRegion: string) => readonly LostPart[];
}

const exported: readonly LostPart[] = [
  stated(
    1,
    'S3 Files writes a file into the versioned bucket a minute after the last write to it',
    's3FilesExport',
  ),
  assumed(1, 'the export of the files takes its time'),
];

const onS3Files: Filestore = {
  saved: exported,
  inOtherZones: [assumed(0, 'S3 Files confirms what is in several zones, as EFS does, on which it is built')],
  inOtherRegion: (recoveryRegion) => [...exported, replicated(recoveryRegion)],
};

const onEfs: Filestore = {
  saved: [
    designed(EFS_BACKUP_MINUTES, 'EFS keeps no versions, and AWS Backup saves it once a day', 'configured'),
  ],
  inOtherZones: [stated(0, 'EFS keeps every file in several zones', 'efsDurability')],
  inOtherRegion: (recoveryRegion) => [
    stated(15, `EFS keeps a file system in ${recoveryRegion} the same`, 'efsReplication'),
  ],
};
