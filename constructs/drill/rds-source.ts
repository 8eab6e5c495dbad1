import {
  ArnFormat,
  Aws,
  Stack,
  aws_iam as iam,
  type aws_kms as kms,
  type aws_lambda as lambda,
  type aws_stepfunctions as sfn,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DATABASE_HOST } from '../odoo-node/odoo-conf.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import { awsCall } from '../shared/aws-call.ts';
import { DRILL_TAG } from './drill-names.ts';
import { allow, allowDelete, instancesOf } from './drill-permissions.ts';
import { type Continued, type DrillSource, override } from './drill-source.ts';
import { type DrillDatabase, restoreStates } from './restore-states.ts';

export interface RdsSourceProps {
  readonly environmentName: string;
  /** Where the database stands. */
  readonly database: DrillDatabase;
  /** Looks at it. */
  readonly validation: lambda.IFunction;
  /** Key of all copies, with which a restored database is encrypted, too. */
  readonly encryptionKey: kms.IKey;
}

/** A database that RDS restores, under a name of the drill's own, and that a function looks at before the task starts. */
export class RdsSource implements DrillSource {
  readonly phaseOfTask = 'serve';
  readonly overrides = [override('Configure', DATABASE_HOST, '$.database[0].Endpoint.Address')];
  readonly unseen = "States.Array(States.Format('{}, perhaps: nobody saw it go', $.drill.instance))";
  private readonly props: RdsSourceProps;

  constructor(props: RdsSourceProps) {
    this.props = props;
  }

  restored(scope: Construct, continued: Continued): sfn.IChainable {
    return restoreStates(scope, { ...this.props, ...continued });
  }

  removed(scope: Construct, afterwards: sfn.IChainable): sfn.IChainable {
    const remove = awsCall(scope, 'Delete database', {
      service: 'rds',
      action: 'deleteDBInstance',
      parameters: {
        'DbInstanceIdentifier.$': '$.drill.instance',
        SkipFinalSnapshot: true,
        DeleteAutomatedBackups: true,
      },
      final: ['Rds.DbInstanceNotFoundException'],
      // While it is being made.
      patientWith: 'Rds.InvalidDbInstanceStateException',
    });
    remove.addCatch(afterwards, { resultPath: '$.removeFailure' });
    remove.next(afterwards);
    return remove;
  }

  allow(role: iam.Role): void {
    const { environmentName, validation } = this.props;
    allow(role, ['lambda:InvokeFunction'], validation.functionArn);
    allowRestore(role, this.props);
    allowDelete(
      role,
      environmentName,
      'A drill deletes the database that it made, should the function that clears not run. The wildcard stands for its id, a sum of the execution; the name before that is of drills alone.',
    );
  }
}

/** Nothing is restored that does not bear the tag by which it is found and removed. */
function allowRestore(role: iam.Role, { environmentName, database, encryptionKey }: RdsSourceProps): void {
  const instances = instancesOf(role, environmentName);
  const rdsArn = (resource: string, resourceName: string) =>
    Stack.of(role).formatArn({
      service: 'rds',
      resource,
      resourceName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  const backups = rdsArn('auto-backup', '*');
  const options = rdsArn('og', 'default:*');
  const tagged = { Null: { [`aws:RequestTag/${DRILL_TAG}`]: 'false' } };
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['rds:RestoreDBInstanceToPointInTime'],
      resources: [
        instances,
        backups,
        options,
        rdsArn('subgrp', database.subnetGroupName),
        rdsArn('pg', database.parameterGroupName),
      ],
      conditions: tagged,
    }),
  );
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['rds:AddTagsToResource'],
      resources: [instances],
      conditions: tagged,
    }),
  );
  role.addToPolicy(new iam.PolicyStatement({ actions: ['rds:DescribeDBInstances'], resources: [instances] }));
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['kms:CreateGrant', 'kms:DescribeKey'],
      resources: [encryptionKey.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `rds.${Stack.of(role).region}.${Aws.URL_SUFFIX}` } },
    }),
  );
  acknowledgeWildcard(
    role,
    backups,
    'RDS chooses the ARN of the backups that it copies. They are read by a restore and not changed, and what is restored bears the name and the tag of a drill.',
  );
  acknowledgeWildcard(
    role,
    options,
    "The option group of AWS's own that RDS gives to a database that has none: it chooses it by the version.",
  );
}
