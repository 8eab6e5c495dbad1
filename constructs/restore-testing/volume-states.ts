import { Duration, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { awsCall } from '../shared/aws-call.ts';
import { detachingStates, lookAt } from './detaching-states.ts';

/** Tag that AWS Backup gives to whatever it restores for a test. */
export const RESTORE_TEST_TAG = 'awsbackup-restore-test';

/** A formality: the kernel names disks as it likes. Not the data volume's own. */
const DEVICE = '/dev/sdp';

/** Attaching takes seconds. */
const ATTACHING = { every: Duration.seconds(5), times: 24 };

/** Some more than the document of the command allows it. */
const PROVING = { every: Duration.minutes(1), times: 105 };

/** Until the agent has the command: it asks for it all the time, unless the server is starting. */
const DELIVERY = Duration.minutes(10);

export interface VolumeStatesProps {
  /** Auto Scaling group of the server. */
  readonly groupName: string;
  /** Document of Systems Manager with the command. */
  readonly documentName: string;
}

/**
 * The states that have the server prove a restored data volume; returns the first. Input: `restoreJobId`.
 *
 *     Describe restore -> Find server -> Find leftovers -> Attach -> Look, until it is there -> Prove -> Ask, until it is done
 *     then, whatever happened: Detach, until it is gone -> Give verdict
 *
 * What goes from state to state: `job`, the restore as AWS Backup describes it; `volume`, its id; `servers`, ids of those in
 * service; `failure`, the last error; `verdict`. Each error is a failed test with its reason.
 */
export function volumeStates(scope: Construct, props: VolumeStatesProps): sfn.IChainable {
  const give = verdictStates(scope);
  const detach = detachingStates(scope, give);
  const failed = verdict(scope, 'Note failure', "States.Format('could not be proven: {}', $.failure.Cause)").next(
    detach,
  );
  const describe = awsCall(scope, 'Describe restore', {
    service: 'backup',
    action: 'describeRestoreJob',
    parameters: { 'RestoreJobId.$': '$.job.RestoreJobId' },
    resultPath: '$.job',
  });
  // Nothing is attached yet, nor is it known what would be.
  const unknown = verdict(
    scope,
    'Note unknown restore',
    "States.Format('what was restored is not known: {}', $.failure.Cause)",
  ).next(give);
  describe.addCatch(unknown, { resultPath: '$.failure' });
  const begin = new sfn.Pass(scope, 'Begin', {
    parameters: {
      job: { 'RestoreJobId.$': '$.restoreJobId' },
      failure: { Cause: 'AWS gave no reason' },
      looks: { count: 0 },
      asked: { count: 0 },
    },
  });
  const isVolume = sfn.Condition.and(
    sfn.Condition.isPresent('$.job.CreatedResourceArn'),
    sfn.Condition.stringMatches('$.job.CreatedResourceArn', '*:volume/vol-*'),
    sfn.Condition.isPresent('$.job.RecoveryPointCreationDate'),
  );
  const note = new sfn.Pass(scope, 'Note volume', {
    inputPath: "States.ArrayGetItem(States.StringSplit($.job.CreatedResourceArn, '/'), 1)",
    resultPath: '$.volume',
  });
  const attached = attachStates(scope, props, failed);
  attached.proceed.next(proofStates(scope, props, { failed, detach }));
  return begin
    .next(describe)
    .next(
      new sfn.Choice(scope, 'Is it a volume?')
        .when(isVolume, note.next(attached.first))
        .otherwise(unknown),
    );
}
