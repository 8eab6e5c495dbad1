import { Duration, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { awsCall } from '../shared/aws-call.ts';
import {
  catching,
  countMore,
  type Failing,
  isAttachedToServer,
  lookAtVolume,
  setVerdict,
  tried,
} from './volume-detaching.ts';

/** Some more than the document allows the command. */
const PROVING = { every: Duration.minutes(1), times: 105 };

/** Until the agent has the command. It waits for one all the time, unless the server is just starting. */
const DELIVERY = Duration.minutes(10);

/** Has the server look at the attached volume, and waits for what it says; returns the first state. */
export function proofStates(
  scope: Construct,
  documentName: string,
  { failed, detach }: Failing,
): sfn.IChainable {
  const prove = awsCall(scope, 'Prove', {
    service: 'ssm',
    action: 'sendCommand',
    // Where an answer is lost it is called twice: the server then waits for the first one, and says the same.
    parameters: {
      DocumentName: documentName,
      DocumentVersion: '$LATEST',
      'InstanceIds.$': 'States.Array($.server.id)',
      Parameters: {
        'restoreJob.$': 'States.Array($.job.RestoreJobId)',
        'volume.$': 'States.Array($.volume.id)',
        'recoveryPoint.$': 'States.Array($.job.RecoveryPointCreationDate)',
      },
      TimeoutSeconds: DELIVERY.toSeconds(),
    },
    resultPath: '$.sent',
  });
  const wait = new sfn.Wait(scope, 'Wait for proof', { time: sfn.WaitTime.duration(PROVING.every) });
  const ask = awsCall(scope, 'Ask for proof', {
    service: 'ssm',
    action: 'getCommandInvocation',
    parameters: { 'CommandId.$': '$.sent.Command.CommandId', 'InstanceId.$': '$.server.id' },
    resultPath: '$.answer',
  });
  const still = catching(lookAtVolume(scope, 'Look whether it is still there'), failed);
  const gone = setVerdict(
    scope,
    'Note that it is gone',
    'the server was replaced meanwhile, or somebody detached the volume',
  ).next(detach);
  const late = setVerdict(scope, 'Note that it takes too long', 'the server has not answered in time').next(
    detach,
  );
  const goOn = new sfn.Choice(scope, 'Go on?')
    .when(sfn.Condition.not(isAttachedToServer()), gone)
    .when(tried(PROVING.times), late)
    .otherwise(countMore(scope, 'Count asking').next(wait));
  still.next(goOn);
  const isDone = new sfn.Choice(scope, 'Done?')
    .when(sfn.Condition.stringEquals('$.answer.Status', 'Success'), proven(scope).next(detach))
    .when(hasFailed(), notProven(scope).next(detach))
    .otherwise(still);
  catching(prove, failed).next(wait).next(catching(ask, failed)).next(isDone);
  return prove;
}

function hasFailed(): sfn.Condition {
  const ends = ['Failed', 'TimedOut', 'Cancelled'];
  return sfn.Condition.or(...ends.map((status) => sfn.Condition.stringEquals('$.answer.Status', status)));
}

function proven(scope: Construct): sfn.Pass {
  return new sfn.Pass(scope, 'Note proof', {
    parameters: { status: 'SUCCESSFUL', 'message.$': '$.answer.StandardOutputContent' },
    resultPath: '$.verdict',
  });
}

/** Where the command never ran, or did not come to its end, only the status says why. */
function notProven(scope: Construct): sfn.Pass {
  return new sfn.Pass(scope, 'Note what is wrong', {
    parameters: {
      status: 'FAILED',
      'message.$': "States.Format('{}: {}', $.answer.StatusDetails, $.answer.StandardOutputContent)",
    },
    resultPath: '$.verdict',
  });
}
