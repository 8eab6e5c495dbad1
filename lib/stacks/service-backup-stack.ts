import { Duration, aws_ec2 as ec2, aws_events as events, aws_events_targets as targets } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DAY } from '../../config/week-time.ts';
import { regionOf } from '../../config/regions.ts';
import { DATABASE_NAME } from '../../constructs/database/odoo-database.ts';
import { POSTGRESQL } from '../../constructs/database/postgres-engine.ts';
import { EfsFilestore } from '../../constructs/filestore/efs-filestore.ts';
import { FILESTORE_DIRECTORY } from '../../constructs/filestore/filestore-bucket.ts';
import { trustedCertificates } from '../../constructs/odoo-node/trusted-certificates.ts';
import { RestoreFunctions } from '../../constructs/restore-testing/restore-functions.ts';
import { RestoreTesting } from '../../constructs/restore-testing/restore-testing.ts';
import { RestoreValidation } from '../../constructs/restore-testing/restore-validation.ts';
import { warnOfMissingRestoreTests } from '../missing-restore-tests.ts';
import { BackupStack, type BackupStackProps } from './backup-stack.ts';
import { filestoreTestOf, testFilestore } from './filestore-restore-test.ts';
import type { ServiceDataStack } from './service-data-stack.ts';

export interface ServiceBackupStackProps extends Omit<BackupStackProps, 'resourceArns' | 'databaseInstance'> {
  readonly dataStack: ServiceDataStack;
}

/** When restores are tested, in AWS Backup's words: a day on which somebody can look at it before work begins. */
const WEEKLY = 'cron(0 8 ? * SUN *)';

/** A daily recovery point, a day on which it failed, and the hours that a test may begin later. */
const OLDEST_HOURS = 48;

/** Attachments that are read to the end in each test; of all others presence and size are looked at. A read costs about USD 0.4 per million. */
const FILES_READ = 10_000;

/** Minutes by which the manifest is taken before the backup begins. */
const MANIFEST_MINUTES = 15;

/** Recovery points of medium and large, and the proof that they can be restored. */
export class ServiceBackupStack extends BackupStack {
  /** Not everywhere AWS Backup can. */
  readonly restoresAreTested: boolean;

  private readonly filestoreIsTested: boolean;

  constructor(scope: Construct, props: ServiceBackupStackProps) {
    super(scope, {
      ...props,
      resourceArns: resourcesOf(props.dataStack),
      databaseInstance: props.dataStack.database.instance.instanceIdentifier,
    });
    const { environment } = props;
    this.filestoreIsTested = props.dataStack.filestore instanceof EfsFilestore;
    this.restoresAreTested = regionOf(environment.region).restoreTesting;
    if (this.restoresAreTested) this.testRestores(props);
    else warnOfMissingRestoreTests(this, environment);
  }

  private testRestores(props: ServiceBackupStackProps): void {
    const { environment, networkStack } = props;
    const restored = this.securityGroup(
      props,
      'RestoredDatabase',
      'Database that a restore test has restored',
    );
    const functions = this.restoreFunctions(props, restored);
    const testing = new RestoreTesting(this, 'RestoreTesting', {
      vault: this.recoveryPoints.vault,
      schedule: WEEKLY,
    });
    testDatabase(testing, props.dataStack.database, restored);
    testFilestore(testing, props.dataStack);
    new RestoreValidation(this, 'RestoreValidation', {
      functions,
      planArn: testing.plan.attrRestoreTestingPlanArn,
      logKey: networkStack.logKey,
      logRetentionDays: environment.retention.logDays,
    });
    this.noteManifests(functions);
    new events.Rule(this, 'Hourly', {
      description: 'Publishes how long ago a restore was proven last',
      schedule: events.Schedule.rate(Duration.hours(1)),
      targets: [new targets.LambdaFunction(functions.publishProofAge)],
    });
  }

  /** The validation reaches what was restored, and not production; the other way round what counts production. */
  private restoreFunctions(props: ServiceBackupStackProps, restored: ec2.SecurityGroup): RestoreFunctions {
    const { environment, networkStack, dataStack } = props;
    const { database, auditBucket, filestoreBucket } = dataStack;
    const manifest = this.securityGroup(props, 'Manifest', 'Function that counts what production holds');
    const validation = this.securityGroup(props, 'Validation', 'Function that validates what was restored');
    manifest.connections.allowToDefaultPort(database, 'PostgreSQL');
    restored.connections.allowFrom(validation, ec2.Port.tcp(Number(database.port)), 'PostgreSQL');
    for (const group of [manifest, validation]) {
      // These subnets have no other route out.
      group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'S3, by its gateway endpoint');
    }
    return new RestoreFunctions(this, 'Functions', {
      environmentName: environment.name,
      network: networkStack.network,
      database,
      databaseResourceId: database.resourceId,
      manifestSecurityGroup: manifest,
      validationSecurityGroup: validation,
      filestoreTest: filestoreTestOf(this, props),
      filestoreBucket: environment.storage.filestore === 's3-files' ? filestoreBucket : undefined,
      filestorePrefix: `${FILESTORE_DIRECTORY}/${DATABASE_NAME}/`,
      auditBucket,
      certificates: trustedCertificates(environment.region),
      postgresql: POSTGRESQL,
      odoo: environment.odoo.version,
      oldestHours: OLDEST_HOURS,
      readAtMost: FILES_READ,
      logKey: networkStack.logKey,
      logRetentionDays: environment.retention.logDays,
    });
  }

  private securityGroup(
    { networkStack }: ServiceBackupStackProps,
    id: string,
    description: string,
  ): ec2.SecurityGroup {
    const { vpc } = networkStack.network;
    return new ec2.SecurityGroup(this, id, { vpc, description, allowAllOutbound: false });
  }

  /** Of what a restore is proven each week. */
  get tested(): readonly ('database' | 'filestore')[] {
    if (!this.restoresAreTested) return [];
    return this.filestoreIsTested ? ['database', 'filestore'] : ['database'];
  }

  /** Before each backup. */
  private noteManifests({ noteManifest }: RestoreFunctions): void {
    const time = (this.recoveryPoints.time + DAY - MANIFEST_MINUTES) % DAY;
    const [hour, minute] = [Math.floor(time / 60), time % 60];
    new events.Rule(this, 'BeforeBackup', {
      description: 'Counts what is in the database before it is backed up',
      schedule: events.Schedule.cron({ hour: String(hour), minute: String(minute) }),
      targets: [new targets.LambdaFunction(noteManifest, { retryAttempts: 2 })],
    });
  }
}

/** Beside production: AWS Backup would take the default VPC, with its default security group. */
function testDatabase(
  testing: RestoreTesting,
  { instance, surroundings }: ServiceDataStack['database'],
  restored: ec2.ISecurityGroup,
): void {
  testing.test('Database', {
    name: 'database',
    type: 'RDS',
    arn: instance.instanceArn,
    overrides: {
      dbSubnetGroupName: surroundings.subnetGroupName,
      dbParameterGroupName: surroundings.parameterGroupName,
      vpcSecurityGroupIds: `["${restored.securityGroupId}"]`,
      enableIamDatabaseAuthentication: 'true',
    },
  });
}

/** The filestore only where it is on EFS: S3 Files' is a bucket, which versions and copies protect. */
function resourcesOf({ database, filestore }: ServiceDataStack): readonly string[] {
  return filestore instanceof EfsFilestore
    ? [database.instance.instanceArn, filestore.fileSystem.fileSystemArn]
    : [database.instance.instanceArn];
}
