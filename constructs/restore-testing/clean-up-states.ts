import { type aws_lambda as lambda, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { awsCall } from '../shared/aws-call.ts';
import { mountStates } from './mount-states.ts';
import { waitingStates } from './waiting-states.ts';

export interface CleanUpStatesProps {
  /** To which the file system is mounted. */
  readonly validateFilestore: lambda.IFunction;
  readonly next: sfn.IChainable;
}

/** Where the report looks for what was left behind. */
const LEFT_BEHIND = '$.validation.leftBehind';

/** The file system is gone, and with it what was on it: AWS Backup waits no longer than a day. */
const GONE = 'Efs.FileSystemNotFoundException';

/**
 * Takes away what was made of `$.fileSystemId`, or may have been: AWS Backup deletes no file system that can be mounted.
 * After an error it goes on with the rest, and the report says what is left.
 */
export function cleanUpStates(
  scope: Construct,
  { validateFilestore, next }: CleanUpStatesProps,
): sfn.IChainable {
  const mountTargets = removal(scope, next, {
    what: 'mount target',
    list: 'MountTargets',
    look: 'describeMountTargets',
    remove: 'deleteMountTarget',
    id: 'MountTargetId',
    notFound: 'Efs.MountTargetNotFoundException',
  });
  const accessPoints = removal(scope, mountTargets, {
    what: 'access point',
    list: 'AccessPoints',
    look: 'describeAccessPoints',
    remove: 'deleteAccessPoint',
    id: 'AccessPointId',
    notFound: 'Efs.AccessPointNotFoundException',
  });
  return mountStates(scope, 'Unmount', {
    mountedTo: validateFilestore,
    fileSystems: [],
    next: accessPoints,
    failed: accessPoints,
    errorPath: LEFT_BEHIND,
  });
}

interface Removal {
  readonly what: string;
  /** Field of what `look` is answered. */
  readonly list: string;
  /** Calls of EFS, and the field that names what is removed. */
  readonly look: string;
  readonly remove: string;
  readonly id: string;
  /** Error of EFS for one that is gone already. */
  readonly notFound: string;
}

/** Removes one after another until none is left. */
function removal(scope: Construct, next: sfn.IChainable, removed: Removal): sfn.IChainable {
  const { what, list, notFound } = removed;
  const first = `$.found.${list}[0]`;
  const look = awsCall(scope, `Look for ${what}`, {
    service: 'efs',
    action: removed.look,
    parameters: { 'FileSystemId.$': '$.fileSystemId' },
    resultPath: '$.found',
    final: [GONE],
  });
  look.addCatch(next, { errors: [GONE], resultPath: '$.gone' }).addCatch(next, { resultPath: LEFT_BEHIND });
  const remove = awsCall(scope, `Remove ${what}`, {
    service: 'efs',
    action: removed.remove,
    parameters: { [`${removed.id}.$`]: `${first}.${removed.id}` },
    final: [notFound],
  });
  // The answer to a first attempt was lost.
  remove.addCatch(look, { errors: [notFound], resultPath: '$.gone' });
  remove.addCatch(next, { resultPath: LEFT_BEHIND });
  return waitingStates(scope, `removal of ${what}`, {
    look,
    come: sfn.Condition.not(sfn.Condition.isPresent(first)),
    next,
    meanwhile: (wait) =>
      new sfn.Choice(scope, `${what} being removed?`)
        .when(sfn.Condition.stringEquals(`${first}.LifeCycleState`, 'deleting'), wait)
        .otherwise(remove.next(wait)),
    late: next,
    latePath: LEFT_BEHIND,
  });
}
