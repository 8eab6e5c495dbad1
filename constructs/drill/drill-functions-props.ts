import type {
  aws_ec2 as ec2,
  aws_ecs as ecs,
  aws_kms as kms,
  aws_logs as logs,
  aws_s3 as s3,
} from 'aws-cdk-lib';
import type { RecoveryObjectives } from '../../config/environment.ts';
import type { Network } from '../network/network.ts';
import type { ValidationSettings } from '../restore-testing/validation-environment.ts';

export interface DrillFunctionsProps extends ValidationSettings {
  readonly objectives: RecoveryObjectives;
  readonly filestoreBucket: s3.IBucket;
  /** Key of all copies. */
  readonly encryptionKey: kms.IKey;
  /** The drills' alone: whatever runs in it is theirs to stop. */
  readonly cluster: ecs.ICluster;
  readonly checker: DrillChecker;
  readonly network: Network;
  /** Identity of the function that signs in to the database; whom it may reach is the caller's. */
  readonly validationSecurityGroup: ec2.ISecurityGroup;
  /** Key of the functions' own logs. */
  readonly logKey: kms.IKey;
  /** Days for which those are kept. */
  readonly logRetentionDays: number;
}

/** The container that looks at the running Odoo, and where it says what it saw. */
export interface DrillChecker {
  readonly container: string;
  readonly logGroup: logs.ILogGroup;
  /** What the names of its log streams begin with; the id of the task follows. */
  readonly logStreams: string;
}
