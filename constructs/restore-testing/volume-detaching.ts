import { Duration, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { awsCall } from '../shared/aws-call.ts';

/** Five minutes in good order, in which the server unmounts what it still uses; then as long by force, which only the copy minds. */
const DETACHING = { every: Duration.seconds(15), politely: 20, times: 40 };

/** The first thing that is attached to the volume, as EC2 describes it. */
const ATTACHMENT = '$.seen.Volumes[0].Attachments[0]';

/** Where it goes on when a test has failed. */
export interface Failing {
  /** After an error, of which the verdict is made. */
  readonly failed: sfn.IChainable;
  /** With a verdict. */
  readonly detach: sfn.IChainable;
}

/**
 * Detaches the volume until it is gone, and gives the verdict; returns the first state.
 *
 * Asks EC2 whether it is attached, instead of counting on what was called before: so it ends well after every error, and a
 * volume whose server is gone needs nothing done.
 */
export function detachingStates(scope: Construct, give: sfn.IChainable): sfn.IChainable {
  const look = lookAtVolume(scope, 'Look whether it is gone');
  const wait = new sfn.Wait(scope, 'Wait until it is gone', {
    time: sfn.WaitTime.duration(DETACHING.every),
  });
  wait.next(countMore(scope, 'Count detaching')).next(look);
  const left = setVerdict(scope, 'Note that it stays', 'the volume is still attached: {}').next(give);
  const decide = new sfn.Choice(scope, 'Patience left?')
    .when(tried(DETACHING.times), left)
    .when(tried(DETACHING.politely), detach(scope, 'Detach by force', { Force: true }, wait))
    .otherwise(detach(scope, 'Detach', {}, wait));
  const isGone = new sfn.Choice(scope, 'Gone?')
    .when(sfn.Condition.isPresent(ATTACHMENT), decide)
    .otherwise(give);
  catching(look, decide).next(isGone);
  return countAnew(scope, 'Begin to detach').next(look);
}

/** What EC2 refuses is looked at again, and not repeated: the volume is on its way, or gone. */
function detach(
  scope: Construct,
  id: string,
  how: { readonly Force?: true },
  next: sfn.IChainable,
): sfn.IChainable {
  const state = awsCall(scope, id, {
    service: 'ec2',
    action: 'detachVolume',
    parameters: { 'VolumeId.$': '$.volume.id', ...how },
    final: ['Ec2.Ec2Exception'],
  });
  return catching(state, next).next(next);
}

/** Reads the volume's state into `seen`. By a filter: for one that is gone there is an empty list instead of an error. */
export function lookAtVolume(scope: Construct, id: string): sfn.CustomState {
  return awsCall(scope, id, {
    service: 'ec2',
    action: 'describeVolumes',
    parameters: { Filters: [{ Name: 'volume-id', 'Values.$': 'States.Array($.volume.id)' }] },
    resultPath: '$.seen',
  });
}

/** Goes on elsewhere after an error that lasts, which is `failure` there. */
export function catching(state: sfn.CustomState, next: sfn.IChainable): sfn.CustomState {
  return state.addCatch(next, { resultPath: '$.failure' });
}

/** @param message - may have `{}` in it, which becomes the last error. */
export function setVerdict(scope: Construct, id: string, message: string): sfn.Pass {
  // Step Functions refuses to format what has no place for the value.
  const text = message.includes('{}')
    ? { 'message.$': `States.Format('${message}', $.failure.Cause)` }
    : { message };
  return new sfn.Pass(scope, id, { parameters: { status: 'FAILED', ...text }, resultPath: '$.verdict' });
}

export function countAnew(scope: Construct, id: string): sfn.Pass {
  return new sfn.Pass(scope, id, { parameters: { count: 0 }, resultPath: '$.tries' });
}

export function countMore(scope: Construct, id: string): sfn.Pass {
  return new sfn.Pass(scope, id, {
    parameters: { 'count.$': 'States.MathAdd($.tries.count, 1)' },
    resultPath: '$.tries',
  });
}

export function tried(times: number): sfn.Condition {
  return sfn.Condition.numberGreaterThanEquals('$.tries.count', times);
}

/** Attached, and not to a server that was replaced meanwhile. */
export function isAttachedToServer(): sfn.Condition {
  return sfn.Condition.and(
    sfn.Condition.isPresent(ATTACHMENT),
    sfn.Condition.stringEqualsJsonPath(`${ATTACHMENT}.InstanceId`, '$.server.id'),
    sfn.Condition.stringEquals(`${ATTACHMENT}.State`, 'attached'),
  );
}
