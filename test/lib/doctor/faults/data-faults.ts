import { notNull } from '../not-null.ts';
import { part } from '../thing.ts';
import { type Fault, ago, fault } from './fault.ts';

const RDS = 'AWS::RDS::DBInstance';

/** Drift and neglect of the database, what is stored, and what would bring it back. */
export const DATA_FAULTS: readonly Fault[] = [
  fault(
    'prod',
    'database-status',
    'a change waits for a restart',
    /DBInstanceClass waits to become "db.m7g.8xlarge"/,
    ({ world }) => {
      world.thing(RDS)['PendingModifiedValues'] = { DBInstanceClass: 'db.m7g.8xlarge' };
    },
  ),
  fault('prod', 'database-status', 'the database is stopped', /it is stopped, not available/, ({ world }) => {
    world.thing(RDS)['DBInstanceStatus'] = 'stopped';
  }),
  fault(
    'prod',
    'database-settings',
    'the standby was given up',
    /MultiAZ is false, planned is true/,
    ({ world }) => {
      world.thing(RDS)['MultiAZ'] = false;
    },
  ),
  fault(
    'prod',
    'database-settings',
    'the database may be deleted',
    /DeletionProtection is false/,
    ({ world }) => {
      world.thing(RDS)['DeletionProtection'] = false;
    },
  ),
  fault(
    'staging',
    'database-settings',
    'backups are kept for a day',
    /BackupRetentionPeriod is 1, planned is 7/,
    ({ world }) => {
      world.thing(RDS)['BackupRetentionPeriod'] = 1;
    },
  ),
  fault('prod', 'database-parameters', 'parameters wait for a restart', /is pending-reboot/, ({ world }) => {
    part(world.thing(RDS), 'DBParameterGroups', 0)['ParameterApplyStatus'] = 'pending-reboot';
  }),
  fault(
    'prod',
    'database-maintenance',
    'AWS has set a date',
    /system-update, .* at 2026-12-05T02:00:00Z/,
    ({ world }) => {
      world.maintenance = [
        {
          Action: 'system-update',
          Description: 'New operating system',
          ForcedApplyDate: new Date('2026-12-05T02:00:00Z'),
        },
      ];
    },
  ),
  fault(
    'prod',
    'database-version',
    'the version is no longer supported',
    /PostgreSQL 17.6 is deprecated/,
    ({ world }) => {
      world.engineVersion['Status'] = 'deprecated';
    },
  ),
  fault(
    'prod',
    'database-certificate',
    'the certificate of the database ends',
    /valid until .*, 20 days; it should be 60/,
    ({ world }) => {
      part(world.thing(RDS), 'CertificateDetails')['ValidTill'] = ago(-20.5);
    },
  ),
  fault(
    'prod',
    'buckets',
    'a bucket could be made public',
    /AuditBucket\w+ could be made public/,
    ({ world }) => {
      world.thing('AWS::S3::Bucket', 'AuditBucket')['block'] = undefined;
    },
  ),
  fault(
    'dev',
    'buckets',
    'versions are suspended',
    /versioning of dev-Data, BackupBucket\w+ is Suspended/,
    ({ world }) => {
      world.thing('AWS::S3::Bucket', 'BackupBucket')['versioning'] = 'Suspended';
    },
  ),
  fault(
    'prod',
    'replication',
    'attachments are copied no more',
    /FilestoreBucket\w+: 0 rules are enabled, planned are 1/,
    ({ world }) => {
      world.thing('AWS::S3::Bucket', 'FilestoreBucket')['rules'] = [];
    },
  ),
  fault(
    'prod',
    'vault',
    'the lock was taken off',
    /lock of prod-Backup, \w+ is false, planned is true/,
    ({ world }) => {
      world.thing('AWS::Backup::BackupVault', 'RecoveryPoints')['Locked'] = false;
    },
  ),
  fault(
    'prod',
    'keys',
    'a key waits for its deletion',
    /key prod-Data, \w+ is PendingDeletion/,
    ({ world }) => {
      notNull(world.things.get(`eu-central-1 ${idIn(world.stack('Data').resources, 'AWS::KMS::Key')}`))[
        'KeyState'
      ] = 'PendingDeletion';
    },
  ),
  fault('prod', 'secrets', 'the rotation is late', /its rotation is late/, ({ world }) => {
    world.thing('AWS::SecretsManager::RotationSchedule')['NextRotationDate'] = ago(5);
  }),
  fault('prod', 'secrets', 'a copy of a secret failed', /its copy in eu-west-1 is Failed/, ({ world }) => {
    part(world.thing('AWS::SecretsManager::Secret'), 'ReplicationStatus', 0)['Status'] = 'Failed';
  }),
  fault('prod', 'fence', 'the environment is fenced', /fenced since 2026-11-28/, (patient) => {
    patient.fencedAt = ago(2);
  }),
  fault(
    'prod',
    'backups',
    'nothing has been backed up for days',
    /promised are 1 h at most/,
    ({ backups }) => {
      const [backup] = backups.primary.backups;
      backups.primary.backups = [{ ...notNull(backup), window: { from: ago(35), until: ago(0.5) } }];
    },
  ),
  fault('prod', 'restore-proof', 'the last restore failed', /failed \(restore-tests\//, ({ backups }) => {
    backups.primary.put('prod-audit', `restore-tests/${ago(0.1).toISOString()}-failed-99.json`, {
      recoveryPoint: 'unknown',
      findings: [],
    });
  }),
  fault('prod', 'drill', 'the recovery took too long', /it took 5 h; promised are 4 h at most/, (patient) => {
    patient.drill = { ...notNull(patient.drill), recoverySeconds: 5 * 3600 };
  }),
  fault('prod', 'drill', 'nobody has tried the recovery', /the recovery was never tried/, (patient) => {
    patient.drill = undefined;
  }),
  fault('test', 'drill', 'the last drill failed', /has failed: rows are missing/, (patient) => {
    patient.drill = { ...notNull(patient.drill), outcome: 'failed', issues: ['rows are missing'] };
  }),
  fault(
    'test',
    'restore-proof',
    'the data volume was never tested',
    /restore of the data volume was ever/,
    ({ backups }) => {
      const [list] = notNull(backups.primary.objects['test-backups/server/recovery-points.json']);
      const { volumeProof: _volumeProof, ...others } = JSON.parse(notNull(list).text);
      backups.primary.put('test-backups', 'server/recovery-points.json', others);
    },
  ),
];

function idIn(
  resources: readonly { ResourceType: string; PhysicalResourceId: string }[],
  type: string,
): string {
  return notNull(resources.find((each) => each.ResourceType === type)).PhysicalResourceId;
}
