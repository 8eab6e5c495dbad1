import { Aws, Fn, RemovalPolicy, type aws_kms as kms, aws_logs as logs } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { logRetention } from './log-retention.ts';

export interface StateMachineLogGroupProps {
  /** What the name begins with after `/aws/vendedlogs/states/`; unique in the stack, for example `odoo`. */
  readonly prefix: string;
  readonly logKey: kms.IKey;
  /** Days for which the log is kept. */
  readonly logRetentionDays: number;
}

/**
 * The log of a state machine.
 *
 * For a name that begins like this CloudWatch Logs does not have to extend its policy of the account, which is limited.
 * The stack's own id ends it, so that what a deleted stack leaves behind never blocks the next one.
 */
export class StateMachineLogGroup extends logs.LogGroup {
  constructor(scope: Construct, id: string, props: StateMachineLogGroupProps) {
    super(scope, id, {
      logGroupName: `/aws/vendedlogs/states/${props.prefix}-${Fn.select(2, Fn.split('/', Aws.STACK_ID))}`,
      retention: logRetention(props.logRetentionDays),
      encryptionKey: props.logKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}
