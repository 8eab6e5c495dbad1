import { type aws_lambda as lambda, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { awsCall } from '../shared/aws-call.ts';
import { beginPhase, failure, invoke, isLate, wait } from './drill-data.ts';
import { DRILL_TAG } from './drill-names.ts';
import type { Continued } from './drill-source.ts';

/** Half an hour for a small database, hours for a large one. */
const SECONDS_BETWEEN_LOOKS = 60;

/** Where the database of a drill stands, as RDS takes it. */
export interface DrillDatabase {
  readonly instanceClass: string;
  readonly subnetGroupName: string;
  readonly parameterGroupName: string;
  readonly securityGroupId: string;
}

export interface RestoreStatesProps extends Continued {
  readonly database: DrillDatabase;
  /** Looks at the restored database and its attachments. */
  readonly validation: lambda.IFunction;
}

/** Restores the database under the drill's own name, and lets the functions of a restore test look at it. */
export function restoreStates(scope: Construct, props: RestoreStatesProps): sfn.IChainable {
  const { failed } = props;
  const exists = 'Rds.DbInstanceAlreadyExistsException';
  const restore = awsCall(scope, 'Restore database', {
    service: 'rds',
    action: 'restoreDBInstanceToPointInTime',
    parameters: parametersOf(props.database),
    final: [exists],
  });
  const look = awsCall(scope, 'Look at database', {
    service: 'rds',
    action: 'describeDBInstances',
    parameters: { 'DbInstanceIdentifier.$': '$.drill.instance' },
    resultPath: '$.look',
  });
  // The answer to the first attempt was lost: the name is this drill's alone.
  restore.addCatch(look, { errors: [exists], resultPath: '$.found' });
  restore.addCatch(failed, { resultPath: '$.failure' });
  look.addCatch(failed, { resultPath: '$.failure' });
  return beginPhase(scope, 'restore')
    .next(restore)
    .next(look)
    .next(databaseThere(scope, props, look));
}

function parametersOf(database: DrillDatabase): Readonly<Record<string, unknown>> {
  return {
    'SourceDBInstanceAutomatedBackupsArn.$': '$.point.arn',
    'RestoreTime.$': '$.point.time',
    'TargetDBInstanceIdentifier.$': '$.drill.instance',
    DbInstanceClass: database.instanceClass,
    DbSubnetGroupName: database.subnetGroupName,
    DbParameterGroupName: database.parameterGroupName,
    VpcSecurityGroupIds: [database.securityGroupId],
    EnableIAMDatabaseAuthentication: true,
    MultiAZ: false,
    PubliclyAccessible: false,
    DeletionProtection: false,
    AutoMinorVersionUpgrade: false,
    Tags: [{ Key: DRILL_TAG, 'Value.$': '$.drill.id' }],
  };
}

function databaseThere(
  scope: Construct,
  props: RestoreStatesProps,
  look: sfn.INextable & sfn.IChainable,
): sfn.Choice {
  const status = '$.look.DbInstances[0].DbInstanceStatus';
  const is = (condition: sfn.Condition) => sfn.Condition.and(sfn.Condition.isPresent(status), condition);
  const broken = failure(
    scope,
    'Restore failed',
    'RestoreFailed',
    `States.Format('RDS could not restore {}: {}', $.drill.instance, ${status})`,
  );
  const late = failure(
    scope,
    'Restore too late',
    'TooLate',
    "States.Format('{} was not there at {}', $.drill.instance, $.drill.deadline)",
  );
  const again = wait(scope, 'Wait for database', SECONDS_BETWEEN_LOOKS);
  again.next(look);
  broken.next(props.failed);
  late.next(props.failed);
  return new sfn.Choice(scope, 'Database there?')
    .when(is(sfn.Condition.stringEquals(status, 'available')), validate(scope, props))
    .when(
      is(
        sfn.Condition.or(
          sfn.Condition.stringEquals(status, 'failed'),
          sfn.Condition.stringMatches(status, 'incompatible-*'),
        ),
      ),
      broken,
    )
    .when(isLate(), late)
    .otherwise(again);
}

/** What is wrong with the database is a finding and no end: Odoo is tried all the same, so that one drill finds all there is. */
function validate(scope: Construct, { validation, afterwards, failed }: RestoreStatesProps): sfn.IChainable {
  const note = new sfn.Pass(scope, 'Note database', {
    inputPath: '$.look.DbInstances',
    resultPath: '$.database',
  });
  const look = invoke(scope, 'Validate', {
    function: validation,
    payload: {
      // As AWS Backup describes what it restored: the function is that of its tests.
      job: {
        'RestoreJobId.$': '$.drill.id',
        'SourceResourceArn.$': '$.point.arn',
        'RecoveryPointArn.$': '$.point.arn',
        'RecoveryPointCreationDate.$': '$.point.time',
        'CreatedResourceArn.$': '$.database[0].DbInstanceArn',
        'CreationDate.$': '$.times.restore.begun',
      },
      'instances.$': '$.database',
      'validation.$': '$.validation',
    },
    resultPath: '$.validation',
  });
  look.addCatch(failed, { resultPath: '$.failure' });
  const done = new sfn.Choice(scope, 'Validated?')
    .when(sfn.Condition.booleanEquals('$.validation.done', true), afterwards)
    .otherwise(look);
  return note.next(beginPhase(scope, 'validate')).next(look).next(done);
}
