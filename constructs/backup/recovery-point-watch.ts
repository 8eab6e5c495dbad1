import {
  ArnFormat,
  Duration,
  Stack,
  type aws_backup as backup,
  aws_events as events,
  aws_events_targets as targets,
  aws_iam as iam,
  type aws_kms as kms,
  aws_lambda as lambda,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { fileURLToPath } from 'node:url';
import { FunctionLogGroup } from '../shared/function-log-group.ts';
import { packedProgram } from '../shared/packed-program.ts';
import type { Settings } from './watch-recovery-points.lambda/watch-recovery-points.ts';

const ENTRY = fileURLToPath(new URL('watch-recovery-points.lambda/index.ts', import.meta.url));

export interface RecoveryPointWatchProps {
  readonly environmentName: string;
  readonly vault: backup.IBackupVault;
  /** ARNs of what recovery points are made of. */
  readonly resourceArns: readonly string[];
  /**
   * Name of the instance whose automated backups are looked at.
   *
   * @default - the database is on the server, which reports on its own backups
   */
  readonly databaseInstance?: string;
  /** Key of the function's own log. */
  readonly logKey: kms.IKey;
  /** Days for which that is kept. */
  readonly logRetentionDays: number;
}

/**
 * Publishes, every five minutes, how old the newest recovery point is, and how far behind RDS's automated backups are. AWS says
 * when a backup fails; that none was begun, or that RDS no longer archives, it only says to whoever asks.
 *
 * The invocations cost cents a month.
 */
export class RecoveryPointWatch extends Construct {
  constructor(scope: Construct, id: string, props: RecoveryPointWatchProps) {
    super(scope, id);
    const logGroup = new FunctionLogGroup(this, 'Logs', props);
    const watch = new lambda.Function(this, 'Function', {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: packedProgram(this, { name: 'recovery-points', entry: ENTRY, external: ['@aws-sdk/*'] }),
      handler: 'index.watchRecoveryPoints',
      role: this.role(logGroup, props),
      logGroup,
      memorySize: 256,
      timeout: Duration.minutes(2),
      environment: { SETTINGS: this.settings(props) },
    });
    new events.Rule(this, 'Schedule', {
      description: 'Looks at the age of recovery points and of the backups of the database',
      schedule: events.Schedule.rate(Duration.minutes(5)),
      targets: [new targets.LambdaFunction(watch)],
    });
  }

  private settings(props: RecoveryPointWatchProps): string {
    const settings: Settings = {
      environment: props.environmentName,
      vault: props.vault.backupVaultName,
      resources: props.resourceArns,
      database: props.databaseInstance,
    };
    return JSON.stringify(settings);
  }

  private role(logGroup: FunctionLogGroup, { vault, databaseInstance }: RecoveryPointWatchProps): iam.Role {
    const role = logGroup.roleOf(this, 'Role');
    const allow = (actions: string[], resource: string) =>
      role.addToPolicy(new iam.PolicyStatement({ actions, resources: [resource] }));
    allow(['backup:DescribeBackupVault', 'backup:ListRecoveryPointsByBackupVault'], vault.backupVaultArn);
    if (databaseInstance !== undefined) {
      const instance = Stack.of(this).formatArn({
        service: 'rds',
        resource: 'db',
        resourceName: databaseInstance,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
      allow(['rds:DescribeDBInstances'], instance);
    }
    return role;
  }
}
