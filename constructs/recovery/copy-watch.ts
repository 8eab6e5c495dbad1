import {
  Duration,
  type aws_backup as backup,
  aws_events as events,
  aws_events_targets as targets,
  aws_iam as iam,
  type aws_kms as kms,
  aws_lambda as lambda,
  type aws_s3 as s3,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { fileURLToPath } from 'node:url';
import { COPIES_NOTE } from '../audit/audit-prefixes.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import { FunctionLogGroup } from '../shared/function-log-group.ts';

const CODE = fileURLToPath(new URL('watch-copies.lambda', import.meta.url));

export interface CopyWatchProps {
  readonly environmentName: string;
  /** Copy of the audit bucket, where the note is kept; every note that it replaces stays as a version. */
  readonly auditBucket: s3.IBucket;
  readonly vault: backup.IBackupVault;
  /** Key of all copies, by which those of this environment are told from others'. */
  readonly encryptionKey: kms.IKey;
  /** Copy of the attachments. */
  readonly filestore: FilestoreCopy;
  /** Copy of what the database is restored from: RDS's automated backups, or a bucket with pgBackRest's repository. */
  readonly database: { readonly kind: 'rds' } | { readonly kind: 's3'; readonly bucket: s3.IBucket };
  /** Key of the function's own log. */
  readonly logKey: kms.IKey;
  /** Days for which that is kept. */
  readonly logRetentionDays: number;
}

export type FilestoreCopy =
  | {
      readonly kind: 's3';
      readonly bucket: s3.IBucket;
      /** After which at the latest what Odoo has written is in the bucket that is copied. */
      readonly delay: Duration;
    }
  | { readonly kind: 'efs' };

/**
 * Publishes, every five minutes and in the Region of the copies, how far each copy is behind, and notes until when the copies
 * are complete: what a recovery may go forward to.
 *
 * In that Region because S3, RDS, EFS and AWS Backup say it there, and because it goes on when the primary Region does not.
 * The invocations cost cents a month.
 */
export class CopyWatch extends Construct {
  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, props: CopyWatchProps) {
    super(scope, id);
    const logGroup = new FunctionLogGroup(this, 'Logs', props);
    this.function = new lambda.Function(this, 'Function', {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(CODE),
      handler: 'index.watchCopies',
      role: this.role(logGroup, props),
      logGroup,
      memorySize: 256,
      timeout: Duration.minutes(2),
      environment: { SETTINGS: this.settings(props) },
    });
    new events.Rule(this, 'Schedule', {
      description: 'Looks at the copies in the recovery Region',
      schedule: events.Schedule.rate(Duration.minutes(5)),
      targets: [new targets.LambdaFunction(this.function)],
    });
  }

  /** As watch-copies.mjs reads them. */
  private settings({ filestore, database, ...props }: CopyWatchProps): string {
    return JSON.stringify({
      environment: props.environmentName,
      bucket: props.auditBucket.bucketName,
      key: COPIES_NOTE,
      vault: props.vault.backupVaultName,
      encryptionKey: props.encryptionKey.keyArn,
      filestore:
        filestore.kind === 's3'
          ? { kind: 's3', bucket: filestore.bucket.bucketName, delay: filestore.delay.toSeconds() }
          : { kind: 'efs' },
      database: database.kind === 's3' ? { kind: 's3', bucket: database.bucket.bucketName } : { kind: 'rds' },
    });
  }

  private role(logGroup: FunctionLogGroup, props: CopyWatchProps): iam.Role {
    const { auditBucket, vault, encryptionKey, filestore, database } = props;
    const role = logGroup.roleOf(this, 'Role');
    const allow = (actions: string[], resource: string) =>
      role.addToPolicy(new iam.PolicyStatement({ actions, resources: [resource] }));
    allow(['s3:GetObject', 's3:PutObject'], auditBucket.arnForObjects(COPIES_NOTE));
    // A note that is not there is then "not found" and not "denied".
    allow(['s3:ListBucket'], auditBucket.bucketArn);
    allow(['kms:Decrypt', 'kms:GenerateDataKey'], encryptionKey.keyArn);
    allow(['backup:ListRecoveryPointsByBackupVault'], vault.backupVaultArn);
    allow(
      [
        'cloudwatch:GetMetricData',
        'cloudwatch:ListMetrics',
        ...(database.kind === 'rds' ? ['rds:DescribeDBInstanceAutomatedBackups'] : []),
        ...(filestore.kind === 'efs'
          ? ['elasticfilesystem:DescribeFileSystems', 'elasticfilesystem:DescribeReplicationConfigurations']
          : []),
      ],
      '*',
    );
    acknowledge(
      role,
      'AwsSolutions-IAM5[Resource::*]',
      'Metrics have no ARN, and what RDS and EFS have copied here has one that AWS chose. The actions read descriptions and numbers and can change nothing.',
    );
    return role;
  }
}
