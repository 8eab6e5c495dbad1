import { type aws_lambda as lambda, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { awsCall } from '../shared/aws-call.ts';
import { verdictStates } from './verdict-states.ts';
import { filestoreStates, type FilestoreStatesProps, NOT_VALIDATED } from './filestore-states.ts';
import { invoke } from './invoke-function.ts';

export interface ValidationStatesProps {
  readonly validate: lambda.IFunction;
  readonly report: lambda.IFunction;
  /** @default - no file system is restored */
  readonly filestore?: Omit<FilestoreStatesProps, 'report'>;
}

/**
 * The states that prove a restore test of AWS Backup; returns the first. Input: `restoreJobId`.
 *
 *     Describe restore -> Find database -> Validate, until it is done -> Report -> Give verdict
 *                      -> or, of a file system, what `filestoreStates` does -> Report
 *     after any error: the report says that it could not be proven, and why
 *
 * What goes from state to state: `job`, the restore as AWS Backup describes it; `instances`, the restored database as RDS
 * does; `validation`, how far the validation is; `verdict`.
 */
export function validationStates(scope: Construct, props: ValidationStatesProps): sfn.IChainable {
  const report = reportStates(scope, props);
  const failed = noteFailure(scope, report);
  const describe = awsCall(scope, 'Describe restore', {
    service: 'backup',
    action: 'describeRestoreJob',
    parameters: { 'RestoreJobId.$': '$.job.RestoreJobId' },
    resultPath: '$.job',
  });
  const find = awsCall(scope, 'Find database', {
    service: 'rds',
    action: 'describeDBInstances',
    // It takes an ARN as well.
    parameters: { 'DbInstanceIdentifier.$': '$.job.CreatedResourceArn' },
    resultPath: '$.found',
  });
  const note = new sfn.Pass(scope, 'Note database', {
    parameters: { 'job.$': '$.job', 'instances.$': '$.found.DbInstances', validation: {} },
  });
  const validate = invoke(scope, 'Validate', props.validate, {
    payload: { 'job.$': '$.job', 'instances.$': '$.instances', 'validation.$': '$.validation' },
    resultPath: '$.validation',
  });
  for (const state of [describe, find, validate]) state.addCatch(failed, { resultPath: '$.failure' });
  const database = find.next(note).next(validate);
  const begin = new sfn.Pass(scope, 'Begin', {
    parameters: { job: { 'RestoreJobId.$': '$.restoreJobId' } },
  });
  const done = new sfn.Choice(scope, 'Done?')
    .when(sfn.Condition.booleanEquals('$.validation.done', true), report)
    .otherwise(validate);
  database.next(done);
  return begin.next(describe).next(restored(scope, props, { database, report }));
}

/** What comes next depends on the kind of what was restored, as AWS Backup calls it. */
function restored(
  scope: Construct,
  { filestore }: ValidationStatesProps,
  { database, report }: { readonly database: sfn.IChainable; readonly report: sfn.IChainable },
): sfn.IChainable {
  if (filestore === undefined) return database;
  return new sfn.Choice(scope, 'File system?')
    .when(
      sfn.Condition.stringEquals('$.job.ResourceType', 'EFS'),
      filestoreStates(scope, { ...filestore, report }),
    )
    .otherwise(database);
}

/** What could not be checked has failed. */
function noteFailure(scope: Construct, report: sfn.IChainable): sfn.IChainable {
  return new sfn.Pass(scope, 'Note failure', {
    parameters: {
      'job.$': '$.job',
      validation: NOT_VALIDATED,
    },
  }).next(report);
}

function reportStates(scope: Construct, props: ValidationStatesProps): sfn.IChainable {
  const report = invoke(scope, 'Report', props.report, {
    payload: { 'job.$': '$.job', 'validation.$': '$.validation' },
    resultPath: '$.verdict',
  });
  const give = verdictStates(scope);
  const unreported = new sfn.Pass(scope, 'Note missing report', {
    comment: 'Without a report nothing is proven, whatever was found',
    parameters: {
      status: 'FAILED',
      'message.$': "States.Format('the report could not be written: {}', $.failure.Error)",
    },
    resultPath: '$.verdict',
  });
  report.addCatch(unreported.next(give), { resultPath: '$.failure' });
  return report.next(give);
}
