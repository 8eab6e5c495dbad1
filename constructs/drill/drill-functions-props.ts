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
import type { DrillCopies } from './drill-copies.ts';

export interface DrillFunctionsProps {
  readonly environmentName: string;
  readonly objectives: RecoveryObjectives;
  /** Copy of the audit bucket. */
  readonly auditBucket: s3.IBucket;
  readonly copies: DrillCopies;
  /** The drills' alone: whatever runs in it is theirs to stop. */
  readonly cluster: ecs.ICluster;
  /** Where the containers of the task say what they saw. */
  readonly logGroup: logs.ILogGroup;
  /** Looks at the running Odoo. */
  readonly checker: DrillSpeaker;
  /**
   * Restores the database and looks at that.
   *
   * @default - the task finds one that is restored
   */
  readonly restorer?: DrillSpeaker;
  /** Key of the functions' own log. */
  readonly logKey: kms.IKey;
  /** Days for which those are kept. */
  readonly logRetentionDays: number;
}

/** A container of the task that says what it saw. */
export interface DrillSpeaker {
  readonly container: string;
  /** What the names of its log streams begin with; the id of the task follows. */
  readonly logStreams: string;
}

/** What looks at a database that stands beside the task. */
export interface ValidationProps extends ValidationSettings {
  readonly filestoreBucket: s3.IBucket;
  readonly network: Network;
  /** Identity of the function that signs in to the database; whom it may reach is the caller's. */
  readonly validationSecurityGroup: ec2.ISecurityGroup;
}
