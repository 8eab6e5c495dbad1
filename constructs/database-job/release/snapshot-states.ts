import { Duration, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { awsCall } from '../../shared/aws-call.ts';
import { equals, EXECUTION_NAME, failure, isLate } from './release-data.ts';

/** Minutes for a small database, much longer for the first snapshot of a large one. */
const SECONDS_BETWEEN_LOOKS = 20;

export interface SnapshotStatesProps {
  /** Identifier of the RDS instance. */
  readonly instanceIdentifier: string;
  /** What comes after the snapshot, when `$.request` names it. */
  readonly afterwards: sfn.IChainable;
  /** Where a failure goes; no task is running. */
  readonly failed: sfn.IChainable;
}

/** What the names of the snapshots begin with; the rest is the name of the execution. */
export function snapshotPrefix(instanceIdentifier: string): string {
  return `${instanceIdentifier}-before-`;
}

/**
 * Takes a snapshot of the database and waits until it can be restored. It has the tags of the instance, which RDS copies,
 * and stays until somebody deletes it.
 */
export function snapshotStates(scope: Construct, props: SnapshotStatesProps): sfn.IChainable {
  const { failed } = props;
  const exists = 'Rds.DbSnapshotAlreadyExistsException';
  const take = awsCall(scope, 'Take snapshot', {
    service: 'rds',
    action: 'createDBSnapshot',
    parameters: {
      DbInstanceIdentifier: props.instanceIdentifier,
      'DbSnapshotIdentifier.$': snapshotName(props),
    },
    resultPath: '$.taken',
    final: [exists],
    // While RDS makes its own backup, or changes the instance.
    patientWith: 'Rds.InvalidDbInstanceStateException',
  });
  const note = noteSnapshot(scope, props);
  // The answer to the first attempt was lost: the name is this execution's alone.
  take.addCatch(note, { errors: [exists], resultPath: '$.taken' });
  take.addCatch(failed, { resultPath: '$.failure' });
  const look = awsCall(scope, 'Look at snapshot', {
    service: 'rds',
    action: 'describeDBSnapshots',
    parameters: { 'DbSnapshotIdentifier.$': '$.snapshot' },
    resultPath: '$.look',
  });
  look.addCatch(failed, { resultPath: '$.failure' });
  return take
    .next(note)
    .next(look)
    .next(snapshotThere(scope, props, look));
}

function snapshotName({ instanceIdentifier }: SnapshotStatesProps): string {
  return `States.Format('${snapshotPrefix(instanceIdentifier)}{}', ${EXECUTION_NAME})`;
}

/** The next request is the same one with the name of the snapshot. */
function noteSnapshot(scope: Construct, props: SnapshotStatesProps): sfn.Chain {
  const name = new sfn.Pass(scope, 'Name snapshot', {
    parameters: { 'snapshot.$': snapshotName(props) },
    resultPath: '$.named',
  });
  const note = new sfn.Pass(scope, 'Note snapshot', {
    parameters: {
      'request.$': 'States.JsonToString(States.JsonMerge(States.StringToJson($.request), $.named, false))',
      'deadline.$': '$.deadline',
      'snapshot.$': '$.named.snapshot',
      'task.$': '$.task',
    },
  });
  return name.next(note);
}

function snapshotThere(
  scope: Construct,
  props: SnapshotStatesProps,
  look: sfn.INextable & sfn.IChainable,
): sfn.Choice {
  const { afterwards, failed } = props;
  const status = '$.look.DbSnapshots[0].Status';
  const broken = failure(
    scope,
    'Snapshot failed',
    'SnapshotFailed',
    "States.Format('RDS could not make the snapshot {}; nothing was changed', $.snapshot)",
  );
  const late = failure(
    scope,
    'Snapshot too late',
    'SnapshotTooLate',
    "States.Format('the snapshot {} was not there at {}; nothing was changed', $.snapshot, $.deadline)",
  );
  const wait = new sfn.Wait(scope, 'Wait for snapshot', {
    time: sfn.WaitTime.duration(Duration.seconds(SECONDS_BETWEEN_LOOKS)),
  });
  return new sfn.Choice(scope, 'Snapshot there?')
    .when(equals(status, 'failed'), broken.next(forgetSnapshot(scope)).next(failed))
    .when(isLate(), late.next(failed))
    .when(equals(status, 'available'), afterwards)
    .otherwise(wait.next(look));
}

/** What failed restores nothing, and is not named as if it did. */
function forgetSnapshot(scope: Construct): sfn.Pass {
  return new sfn.Pass(scope, 'Forget snapshot', {
    parameters: { snapshot: '', 'task.$': '$.task', 'failure.$': '$.failure' },
  });
}
