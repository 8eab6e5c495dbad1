import { RemovalPolicy, aws_iam as iam, type aws_kms as kms, aws_logs as logs } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { logRetention } from './log-retention.ts';

export interface FunctionLogGroupProps {
  readonly logKey: kms.IKey;
  /** Days for which logs are kept; one of CloudWatch Logs' retention values. */
  readonly logRetentionDays: number;
}

/** Log of Lambda functions, which goes with them. */
export class FunctionLogGroup extends logs.LogGroup {
  constructor(scope: Construct, id: string, { logKey, logRetentionDays }: FunctionLogGroupProps) {
    super(scope, id, {
      encryptionKey: logKey,
      retention: logRetention(logRetentionDays),
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  /**
   * A role for one of them, which may write to this log. Not the managed policy that Lambda suggests: that lets a function
   * write to every log group of the account.
   */
  roleOf(scope: Construct, id: string): iam.Role {
    const role = new iam.Role(scope, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    this.grantWrite(role);
    return role;
  }
}
