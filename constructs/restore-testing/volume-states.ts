import { Duration, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { awsCall } from '../shared/aws-call.ts';
import {
  catching,
  countAnew,
  countMore,
  detachingStates,
  type Failing,
  isAttachedToServer,
  lookAtVolume,
  setVerdict,
  tried,
} from './volume-detaching.ts';
import { verdictStates } from './verdict-states.ts';
import { detachLeftovers } from './volume-leftovers.ts';
import { proofStates } from './volume-proof-states.ts';

/** A formality: the kernel names disks as it likes. Only not that of the data volume (files/aws.py). */
const DEVICE = '/dev/sdp';

/** Attaching takes seconds. */
const ATTACHING = { every: Duration.seconds(5), times: 24 };

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
 * What goes from state to state: `job`, the restore as AWS Backup describes it; `volume`; `server`, the one in service;
 * `tries`, how often something was waited for; `failure`, the last error; `verdict`. Each error is a failed test.
 */
export function volumeStates(scope: Construct, props: VolumeStatesProps): sfn.IChainable {
  const give = verdictStates(scope);
  const detach = detachingStates(scope, give);
  const failed = setVerdict(scope, 'Note failure', 'could not be proven: {}').next(detach);
  // Nothing is attached, nor is it known what would be.
  const unknown = setVerdict(scope, 'Note unknown restore', 'what was restored is not known: {}').next(give);
  const describe = awsCall(scope, 'Describe restore', {
    service: 'backup',
    action: 'describeRestoreJob',
    parameters: { 'RestoreJobId.$': '$.job.RestoreJobId' },
    resultPath: '$.job',
  });
  const begin = new sfn.Pass(scope, 'Begin', {
    parameters: {
      job: { 'RestoreJobId.$': '$.restoreJobId' },
      failure: { Cause: 'AWS says no more' },
      tries: { count: 0 },
    },
  });
  const isVolume = sfn.Condition.and(
    sfn.Condition.isPresent('$.job.CreatedResourceArn'),
    sfn.Condition.stringMatches('$.job.CreatedResourceArn', '*:volume/vol-*'),
    sfn.Condition.isPresent('$.job.RecoveryPointCreationDate'),
  );
  const note = new sfn.Pass(scope, 'Note volume', {
    parameters: { 'id.$': "States.ArrayGetItem(States.StringSplit($.job.CreatedResourceArn, '/'), 1)" },
    resultPath: '$.volume',
  });
  const failing = { failed, detach };
  const attach = attachingStates(scope, failing, proofStates(scope, props.documentName, failing));
  const find = findingStates(scope, props.groupName, failing, detachLeftovers(scope, attach));
  return begin
    .next(catching(describe, unknown))
    .next(new sfn.Choice(scope, 'Is it a volume?').when(isVolume, note.next(find)).otherwise(unknown));
}

/** The server in service. */
function findingStates(
  scope: Construct,
  groupName: string,
  { failed, detach }: Failing,
  next: sfn.IChainable,
): sfn.IChainable {
  const find = awsCall(scope, 'Find server', {
    service: 'autoscaling',
    action: 'describeAutoScalingGroups',
    parameters: { AutoScalingGroupNames: [groupName] },
    resultPath: '$.found',
  });
  const none = setVerdict(scope, 'Note that none serves', 'no server is in service').next(detach);
  const serves = new sfn.Choice(scope, 'In service?').otherwise(none);
  // A group of one has another one for as long as that one ends.
  for (const index of [0, 1]) {
    const instance = `$.found.AutoScalingGroups[0].Instances[${index}]`;
    const note = new sfn.Pass(scope, `Note server ${index}`, {
      parameters: { 'id.$': `${instance}.InstanceId` },
      resultPath: '$.server',
    });
    serves.when(
      sfn.Condition.and(
        sfn.Condition.isPresent(instance),
        sfn.Condition.stringEquals(`${instance}.LifecycleState`, 'InService'),
      ),
      note.next(next),
    );
  }
  return catching(find, failed).next(serves);
}

function attachingStates(
  scope: Construct,
  { failed, detach }: Failing,
  attached: sfn.IChainable,
): sfn.IChainable {
  const attach = awsCall(scope, 'Attach', {
    service: 'ec2',
    action: 'attachVolume',
    parameters: { 'VolumeId.$': '$.volume.id', 'InstanceId.$': '$.server.id', Device: DEVICE },
  });
  const wait = new sfn.Wait(scope, 'Wait for volume', { time: sfn.WaitTime.duration(ATTACHING.every) });
  const look = catching(lookAtVolume(scope, 'Look at volume'), failed);
  const never = setVerdict(scope, 'Note that it is not there', 'the volume was not attached: {}').next(
    detach,
  );
  const isThere = new sfn.Choice(scope, 'Attached?')
    .when(isAttachedToServer(), countAnew(scope, 'Note that it is there').next(attached))
    .when(tried(ATTACHING.times), never)
    .otherwise(countMore(scope, 'Count attaching').next(wait));
  // After an error as well: the answer may have been lost, or another run for the same restore was faster.
  catching(attach, wait).next(wait).next(look).next(isThere);
  return attach;
}
