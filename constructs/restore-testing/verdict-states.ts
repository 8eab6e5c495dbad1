import { aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { awsCall } from '../shared/aws-call.ts';

/** Gives AWS Backup `$.verdict` on the restore `$.job`, and ends as it says; returns the first state. */
export function verdictStates(scope: Construct): sfn.IChainable {
  const give = awsCall(scope, 'Give verdict', {
    service: 'backup',
    action: 'putRestoreValidationResult',
    parameters: {
      'RestoreJobId.$': '$.job.RestoreJobId',
      'ValidationStatus.$': '$.verdict.status',
      'ValidationStatusMessage.$': '$.verdict.message',
    },
  });
  const proven = new sfn.Choice(scope, 'Proven?')
    .when(
      sfn.Condition.stringEquals('$.verdict.status', 'SUCCESSFUL'),
      new sfn.Succeed(scope, 'Restore proven'),
    )
    .otherwise(
      new sfn.Fail(scope, 'Restore not proven', {
        error: 'RestoreNotProven',
        causePath: '$.verdict.message',
      }),
    );
  return give.next(proven);
}
