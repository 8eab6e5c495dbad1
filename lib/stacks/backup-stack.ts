import {
  Duration,
  aws_backup as backup,
  aws_ec2 as ec2,
  aws_events as events,
  aws_events_targets as targets,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { rdsRootCertificates } from '../../config/rds-root-certificates.ts';
import { RecoveryPoints } from '../../constructs/backup/recovery-points.ts';
import { POSTGRESQL } from '../../constructs/database/rds-postgres.ts';
import { RestoreFunctions } from '../../constructs/restore-testing/restore-functions.ts';
import { RestoreTesting } from '../../constructs/restore-testing/restore-testing.ts';
import { RestoreValidation } from '../../constructs/restore-testing/restore-validation.ts';
import type { NetworkStack } from './network-stack.ts';
import { OdooStack, type OdooStackProps } from './odoo-stack.ts';
import type { ServiceDataStack } from './service-data-stack.ts';

export interface BackupStackProps extends OdooStackProps {
  readonly networkStack: NetworkStack;
  readonly dataStack: ServiceDataStack;
}

/** Minutes by which the manifest is taken before the backup begins. */
const MANIFEST_MINUTES = 15;

/** Recovery points of medium and large, and the proof that they can be restored. */
export class BackupStack extends OdooStack {
  readonly recoveryPoints: RecoveryPoints;

  constructor(scope: Construct, props: BackupStackProps) {
    super(scope, 'Backup', props, { description: 'recovery points and their restore tests', stateful: true });
    const { environment, plan, dataStack } = props;
    this.recoveryPoints = new RecoveryPoints(this, 'RecoveryPoints', {
      resources: [backup.BackupResource.fromRdsDatabaseInstance(dataStack.database.instance)],
      retention: environment.retention,
      window: environment.windows.backup,
      encryptionKey: dataStack.key,
      locked: plan.tier === 'large',
    });
    this.proveRestores(props);
  }

  private proveRestores(props: BackupStackProps): void {
    const { environment, networkStack, dataStack } = props;
    const { network, logKey } = networkStack;
    const group = (id: string, description: string) =>
      new ec2.SecurityGroup(this, id, { vpc: network.vpc, description, allowAllOutbound: false });
    const restored = group('RestoredDatabase', 'Database that a restore test has restored');
    const validation = group('Validation', 'Functions that validate what was restored');
    const functions = new RestoreFunctions(this, 'Functions', {
      environmentName: environment.name,
      network,
      database: dataStack.database,
      databaseResourceId: dataStack.database.instance.instanceResourceId ?? '',
      securityGroup: validation,
      filestoreBucket: dataStack.filestoreBucket,
      filestorePrefix: 'filestore/odoo/',
      auditBucket: dataStack.auditBucket,
      certificates: rdsRootCertificates(environment.region) ?? '',
      postgresql: POSTGRESQL,
      odoo: environment.odoo.version,
      oldestHours: 7 * 24,
      sample: 1,
      logKey,
      logRetentionDays: environment.retention.logDays,
    });
    restored.connections.allowFrom(validation, ec2.Port.tcp(5432), 'PostgreSQL from the validation');
    validation.connections.allowTo(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'S3 by its gateway endpoint');
    const testing = new RestoreTesting(this, 'RestoreTesting', {
      vault: this.recoveryPoints.vault,
      network,
      instance: dataStack.database.instance,
      ...dataStack.database.surroundings,
      securityGroup: restored,
      schedule: 'cron(0 8 ? * SUN *)',
    });
    new RestoreValidation(this, 'RestoreValidation', {
      functions,
      planArn: testing.plan.attrRestoreTestingPlanArn,
      logKey,
      logRetentionDays: environment.retention.logDays,
    });
    this.noteManifests(functions);
    new events.Rule(this, 'Hourly', {
      description: 'Publishes how long ago a restore was proven last',
      schedule: events.Schedule.rate(Duration.hours(1)),
      targets: [new targets.LambdaFunction(functions.publishProofAge)],
    });
  }

  /** Before each backup. */
  private noteManifests({ noteManifest }: RestoreFunctions): void {
    const { hour, minute } = this.recoveryPoints.begin;
    const before = (hour * 60 + minute + 24 * 60 - MANIFEST_MINUTES) % (24 * 60);
    new events.Rule(this, 'BeforeBackup', {
      description: 'Counts what is in the database before it is backed up',
      schedule: events.Schedule.cron({ hour: String(Math.floor(before / 60)), minute: String(before % 60) }),
      targets: [new targets.LambdaFunction(noteManifest, { retryAttempts: 2 })],
    });
  }
}
