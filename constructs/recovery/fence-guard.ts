import {
  Duration,
  aws_events as events,
  aws_events_targets as targets,
  aws_iam as iam,
  type aws_kms as kms,
  aws_lambda as lambda,
  type aws_s3 as s3,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { fileURLToPath } from 'node:url';
import { FENCE, FENCE_NOTE } from '../audit/audit-prefixes.ts';
import { FunctionLogGroup } from '../shared/function-log-group.ts';
import { allowStopping, type Served, settingsOf } from './served.ts';

const CODE = fileURLToPath(new URL('fence-guard.lambda', import.meta.url));

export interface FenceGuardProps {
  /** Copy of the audit bucket, in the recovery Region: where the fence stands. */
  readonly auditBucket: s3.IBucket;
  /** Key of the copies. */
  readonly encryptionKey: kms.IKey;
  readonly served: Served;
  /** Key of the function's own log. */
  readonly logKey: kms.IKey;
  /** Days for which that is kept. */
  readonly logRetentionDays: number;
}

/**
 * Stops what serves users while the environment is fenced, each minute anew: two that serve the same users would send their
 * mail twice and drift apart, and nobody could bring them together again. The fence stands in the recovery Region, so that a
 * Region which was away finds it when it is back.
 *
 * It costs cents a month. Where it cannot read, it changes nothing, and fails, which an alarm watches.
 */
export class FenceGuard extends Construct {
  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, props: FenceGuardProps) {
    super(scope, id);
    const logGroup = new FunctionLogGroup(this, 'Logs', props);
    this.function = new lambda.Function(this, 'Function', {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(CODE),
      handler: 'index.guard',
      role: this.role(logGroup, props),
      logGroup,
      memorySize: 256,
      timeout: Duration.seconds(50),
      environment: { SETTINGS: settings(props) },
    });
    new events.Rule(this, 'Schedule', {
      description: 'Stops what serves users while the environment is fenced',
      schedule: events.Schedule.rate(Duration.minutes(1)),
      // The next one comes soon enough.
      targets: [new targets.LambdaFunction(this.function, { retryAttempts: 0 })],
    });
  }

  private role(
    logGroup: FunctionLogGroup,
    { auditBucket, encryptionKey, served }: FenceGuardProps,
  ): iam.Role {
    const role = logGroup.roleOf(this, 'Role');
    const allow = (actions: string[], ...resources: string[]) =>
      role.addToPolicy(new iam.PolicyStatement({ actions, resources }));
    const note = auditBucket.arnForObjects(FENCE_NOTE);
    allow(['s3:GetObject'], auditBucket.arnForObjects(FENCE), note);
    allow(['s3:PutObject', 's3:DeleteObject'], note);
    // What is not there is then "not found" and not "denied".
    allow(['s3:ListBucket'], auditBucket.bucketArn);
    allow(['kms:Decrypt', 'kms:GenerateDataKey'], encryptionKey.keyArn);
    allowStopping(role, served);
    return role;
  }
}

/** As fence-guard.mjs reads them. */
function settings({ auditBucket, served }: FenceGuardProps): string {
  return JSON.stringify({
    region: auditBucket.env.region,
    bucket: auditBucket.bucketName,
    fence: FENCE,
    note: FENCE_NOTE,
    ...settingsOf(served),
  });
}
