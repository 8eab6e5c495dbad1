import { type aws_lambda as lambda, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { awsCall } from '../shared/aws-call.ts';
import { ODOO_USER } from '../shared/odoo-user.ts';
import { cleanUpStates } from './clean-up-states.ts';
import { invoke } from './invoke-function.ts';
import { mountStates } from './mount-states.ts';
import { MOUNTS } from './validate-restore.lambda/mounts.ts';
import { waitingStates } from './waiting-states.ts';

export interface FilestoreStatesProps {
  /** Lists the attachments of production once more. */
  readonly noteManifest: lambda.IFunction;
  readonly validateFilestore: lambda.IFunction;
  /** Where a restored file system can be mounted: the function's own subnet. */
  readonly subnetId: string;
  /** Of its mount target. */
  readonly securityGroupId: string;
  /** The state that writes the report. */
  readonly report: sfn.IChainable;
}

/** A tag by which the role knows the access points that it may delete. */
export const TEMPORARY = { Key: 'odoo-restore-test', Value: 'temporary' } as const;

/** In a directory that is this test's alone: a function to which another file system is mounted finds nothing there. */
const RESTORED = {
  'Arn.$': '$.found.AccessPoints[0].AccessPointArn',
  'LocalMountPath.$': `States.Format('${MOUNTS}/{}', $.job.RestoreJobId)`,
};

/** What could not be checked has failed. */
export const NOT_VALIDATED = {
  done: true,
  findings: [{ check: 'validation', passed: false, 'details.$': '$.failure.Cause' }],
} as const;

/**
 * The states that prove the restore of a file system; returns the first.
 *
 *     List attachments -> Make mount target -> Make access point -> Mount -> Validate files, until it is done
 *     then, and after any error: clean up -> report
 *
 * What goes from state to state, besides what the database's test has: `fileSystemId`; `noted`, the manifest of now; `found`
 * and `function`, the last answers of EFS and Lambda.
 */
export function filestoreStates(scope: Construct, props: FilestoreStatesProps): sfn.IChainable {
  const cleanUp = cleanUpStates(scope, { validateFilestore: props.validateFilestore, next: props.report });
  const failed = new sfn.Pass(scope, 'Note failed file system', {
    parameters: NOT_VALIDATED,
    resultPath: '$.validation',
  }).next(cleanUp);
  const note = new sfn.Pass(scope, 'Note file system', {
    parameters: {
      'job.$': '$.job',
      'fileSystemId.$': "States.ArrayGetItem(States.StringSplit($.job.CreatedResourceArn, '/'), 1)",
      validation: {},
    },
  });
  const list = invoke(scope, 'List attachments', props.noteManifest, { payload: {}, resultPath: '$.noted' });
  list.addCatch(failed, { resultPath: '$.failure' });
  const validated = validating(scope, props, { failed, cleanUp });
  const mounted = mountStates(scope, 'Mount', {
    mountedTo: props.validateFilestore,
    fileSystems: [RESTORED],
    next: validated,
    failed,
    errorPath: '$.failure',
  });
  const point = accessPoint(scope, { failed, next: mounted });
  return note.next(list).next(mountTarget(scope, props, { failed, next: point }));
}

interface Step {
  readonly failed: sfn.IChainable;
  readonly next: sfn.IChainable;
}

/** AWS Backup makes none. */
function mountTarget(
  scope: Construct,
  { subnetId, securityGroupId }: FilestoreStatesProps,
  step: Step,
): sfn.IChainable {
  return making(scope, step, {
    what: 'mount target',
    make: 'createMountTarget',
    parameters: { 'FileSystemId.$': '$.fileSystemId', SubnetId: subnetId, SecurityGroups: [securityGroupId] },
    exists: 'Efs.MountTargetConflictException',
    look: 'describeMountTargets',
    list: 'MountTargets',
  });
}

/** On the root: the directory that AWS Backup restores into has its moment in its name, and does not exist beforehand. */
function accessPoint(scope: Construct, step: Step): sfn.IChainable {
  return making(scope, step, {
    what: 'access point',
    make: 'createAccessPoint',
    parameters: {
      'ClientToken.$': '$.job.RestoreJobId',
      'FileSystemId.$': '$.fileSystemId',
      PosixUser: { Uid: Number(ODOO_USER.uid), Gid: Number(ODOO_USER.gid) },
      Tags: [TEMPORARY],
    },
    exists: 'Efs.AccessPointAlreadyExistsException',
    look: 'describeAccessPoints',
    list: 'AccessPoints',
  });
}

interface Making {
  readonly what: string;
  /** Calls of EFS. */
  readonly make: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Error of EFS where it is there: the answer to a first attempt was lost, or it is left from an execution that was stopped. */
  readonly exists: string;
  readonly look: string;
  /** Field of what `look` is answered. */
  readonly list: string;
}

function making(scope: Construct, { failed, next }: Step, { what, exists, ...made }: Making): sfn.IChainable {
  const first = `$.found.${made.list}[0]`;
  const make = awsCall(scope, `Make ${what}`, {
    service: 'efs',
    action: made.make,
    parameters: made.parameters,
    final: [exists],
  });
  const look = awsCall(scope, `Look at ${what}`, {
    service: 'efs',
    action: made.look,
    parameters: { 'FileSystemId.$': '$.fileSystemId' },
    resultPath: '$.found',
  });
  const waiting = waitingStates(scope, what, {
    look,
    come: sfn.Condition.and(
      sfn.Condition.isPresent(first),
      sfn.Condition.stringEquals(`${first}.LifeCycleState`, 'available'),
    ),
    next,
    late: failed,
    latePath: '$.failure',
  });
  make.addCatch(waiting, { errors: [exists], resultPath: '$.made' });
  for (const state of [make, look]) state.addCatch(failed, { resultPath: '$.failure' });
  return make.next(waiting);
}

function validating(
  scope: Construct,
  { validateFilestore }: FilestoreStatesProps,
  { failed, cleanUp }: { readonly failed: sfn.IChainable; readonly cleanUp: sfn.IChainable },
): sfn.IChainable {
  const validate = invoke(scope, 'Validate files', validateFilestore, {
    payload: { 'job.$': '$.job', 'noted.$': '$.noted', 'validation.$': '$.validation' },
    resultPath: '$.validation',
  });
  validate.addCatch(failed, { resultPath: '$.failure' });
  const done = new sfn.Choice(scope, 'Files done?')
    .when(sfn.Condition.booleanEquals('$.validation.done', true), cleanUp)
    .otherwise(validate);
  return validate.next(done);
}
