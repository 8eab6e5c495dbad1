import {
  CustomResource,
  custom_resources,
  Duration,
  RemovalPolicy,
  aws_iam as iam,
  type aws_kms as kms,
  aws_lambda as lambda,
  aws_logs as logs,
  type aws_s3 as s3,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { fileURLToPath } from 'node:url';
import { COPIES_NOTE } from '../audit/audit-prefixes.ts';
import type { AutomatedBackupPoint } from '../database/restored-instance.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import { logRetention } from '../shared/log-retention.ts';

const CODE = fileURLToPath(new URL('restore-point.lambda', import.meta.url));

export interface RestorePointProps {
  readonly environmentName: string;
  /** `latest`, or a moment (ISO 8601). */
  readonly wanted: string;
  /** Copy of the audit bucket, with the note of how far the copies are. */
  readonly auditBucket: s3.IBucket;
  /** Key of all copies, by which those of this environment are told from others'. */
  readonly encryptionKey: kms.IKey;
  /** What the secrets are for that are needed, as they are tagged. */
  readonly secrets: readonly string[];
  /**
   * Where users reach Odoo. While something answers there, nothing is brought back beside it.
   *
   * @default - it is not looked whether somebody is served
   */
  readonly url?: string;
  /** Key of the functions' own log. */
  readonly logKey: kms.IKey;
  /** Days for which that is kept. */
  readonly logRetentionDays: number;
}

/**
 * What an environment is brought back from: the newest moment, or the one that was asked for, of which database and
 * attachments are both there.
 *
 * Looked up by the deployment that makes it and never again: what it found is the id of the resource. Synthesis asks AWS
 * nothing, and `latest` is the same moment in every later deployment.
 */
export class RestorePoint extends Construct {
  /** Where the database is restored from, and to which moment. */
  readonly database: AutomatedBackupPoint;

  private readonly found: CustomResource;

  constructor(scope: Construct, id: string, props: RestorePointProps) {
    super(scope, id);
    const logGroup = new logs.LogGroup(this, 'Logs', {
      retention: logRetention(props.logRetentionDays),
      encryptionKey: props.logKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.found = new CustomResource(this, 'Found', {
      resourceType: 'Custom::RestorePoint',
      serviceToken: this.provider(this.finder(props, logGroup), logGroup).serviceToken,
      properties: { Wanted: props.wanted },
    });
    this.database = {
      automatedBackupArn: this.found.getAttString('AutomatedBackupArn'),
      time: this.found.getAttString('RestoreTime'),
    };
  }

  /** ARN of the copy of a secret, by what it is for. */
  secretArn(purpose: string): string {
    return this.found.getAttString(purpose);
  }

  private finder(props: RestorePointProps, logGroup: logs.ILogGroup): lambda.Function {
    const { auditBucket, encryptionKey } = props;
    const role = functionRole(this, 'FindRole', logGroup);
    const allow = (actions: string[], resource: string) =>
      role.addToPolicy(new iam.PolicyStatement({ actions, resources: [resource] }));
    allow(['s3:GetObjectVersion'], auditBucket.arnForObjects(COPIES_NOTE));
    allow(['s3:ListBucketVersions'], auditBucket.bucketArn);
    allow(['kms:Decrypt'], encryptionKey.keyArn);
    allow(['rds:DescribeDBInstanceAutomatedBackups', 'secretsmanager:ListSecrets'], '*');
    acknowledge(
      role,
      'AwsSolutions-IAM5[Resource::*]',
      'What RDS and Secrets Manager have copied here has an ARN that only they know, so it has to be looked for among all. The actions read names and times; no content of a secret.',
    );
    return new lambda.Function(this, 'Find', {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(CODE),
      handler: 'index.onEvent',
      role,
      logGroup,
      memorySize: 256,
      timeout: Duration.minutes(2),
      environment: { SETTINGS: settings(props) },
    });
  }

  private provider(find: lambda.Function, logGroup: logs.ILogGroup): custom_resources.Provider {
    const provider = new custom_resources.Provider(this, 'Provider', {
      onEventHandler: find,
      frameworkOnEventRole: functionRole(this, 'ProviderRole', logGroup),
      logGroup,
    });
    acknowledgeWildcard(
      this,
      `${find.functionArn}:*`,
      'The provider framework may invoke the function that looks for the restore point. The wildcard stands for its versions and aliases, and it has none.',
    );
    return provider;
  }
}

/** As restore-point.mjs reads them. */
function settings(props: RestorePointProps): string {
  return JSON.stringify({
    environment: props.environmentName,
    bucket: props.auditBucket.bucketName,
    key: COPIES_NOTE,
    encryptionKey: props.encryptionKey.keyArn,
    secrets: props.secrets,
    url: props.url,
  });
}

/** Not the managed policy that Lambda suggests, which lets a function write to every log group of the account. */
function functionRole(scope: Construct, id: string, logGroup: logs.ILogGroup): iam.Role {
  const role = new iam.Role(scope, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  return role;
}
