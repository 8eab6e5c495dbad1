import {
  Duration,
  RemovalPolicy,
  Stack,
  aws_ec2 as ec2,
  aws_iam as iam,
  type aws_kms as kms,
  aws_lambda as lambda,
  aws_logs as logs,
  type aws_s3 as s3,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { MANIFESTS, RESTORE_TESTS } from '../audit/audit-bucket.ts';
import type { OdooDatabase } from '../database/odoo-database.ts';
import type { Network } from '../network/network.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import { logRetention } from '../shared/log-retention.ts';
import { packedHandlers } from './packed-handlers.ts';

/** Reads every table, by IAM; the database job makes it (constructs/database-job/files/verifier.py). */
export const VERIFIER_ROLE = 'odoo_verifier';

export interface RestoreFunctionsProps {
  readonly environmentName: string;
  readonly network: Network;
  readonly database: OdooDatabase;
  /** Id of the instance that IAM knows it by, for example `db-ABCDEFGHIJKL`. */
  readonly databaseResourceId: string;
  /** Identity of the functions; its rules are the caller's. */
  readonly securityGroup: ec2.ISecurityGroup;
  readonly filestoreBucket: s3.IBucket;
  /** Where the attachments are in it, for example `filestore/odoo/`. */
  readonly filestorePrefix: string;
  readonly auditBucket: s3.IBucket;
  /** Certificates that vouch for RDS in this Region, PEM. */
  readonly certificates: string;
  /** Major version of PostgreSQL, and the series of Odoo. */
  readonly postgresql: number;
  readonly odoo: string;
  /** Hours that a recovery point may be old when it is tested. */
  readonly oldestHours: number;
  /** Share of the attachments that are read to the end, from 0 to 1. */
  readonly sample: number;
  /** Key of the functions' own logs. */
  readonly logKey: kms.IKey;
  /** Days for which those are kept. */
  readonly logRetentionDays: number;
}

/**
 * The functions of a restore test. Those that sign in to databases are in the isolated subnets and reach S3 besides, by its
 * gateway endpoint; what AWS has to be asked or told, the state machine does.
 */
export class RestoreFunctions extends Construct {
  /** Counts what production holds. */
  readonly noteManifest: lambda.Function;
  readonly validate: lambda.Function;
  readonly report: lambda.Function;
  /** Publishes how long ago a restore was proven last. */
  readonly publishProofAge: lambda.Function;

  private readonly props: RestoreFunctionsProps;
  private readonly logGroup: logs.LogGroup;
  private readonly code: lambda.Code;

  constructor(scope: Construct, id: string, props: RestoreFunctionsProps) {
    super(scope, id);
    this.props = props;
    this.code = packedHandlers(this, props.certificates);
    this.logGroup = new logs.LogGroup(this, 'Logs', {
      retention: logRetention(props.logRetentionDays),
      encryptionKey: props.logKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.noteManifest = this.functionInVpc('NoteManifest', 'noteManifest', this.manifestRole());
    this.validate = this.functionInVpc('Validate', 'validate', this.validationRole());
    this.report = this.defineFunction('Report', 'report', this.reportRole());
    this.publishProofAge = this.defineFunction('ProofAge', 'publishProofAge', this.proofAgeRole());
  }

  private manifestRole(): iam.Role {
    const role = this.defineRole('ManifestRole');
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['rds-db:connect'],
        resources: [this.databaseUser(this.props.databaseResourceId)],
      }),
    );
    this.allowPut(role, MANIFESTS);
    return role;
  }

  /** May sign in to what was restored, whose id nobody knows beforehand, and never to production. */
  private validationRole(): iam.Role {
    const { filestoreBucket, filestorePrefix, auditBucket, databaseResourceId } = this.props;
    const role = this.defineRole('ValidationRole');
    const anyDatabase = this.databaseUser('*');
    role.addToPolicy(new iam.PolicyStatement({ actions: ['rds-db:connect'], resources: [anyDatabase] }));
    role.addToPolicy(
      new iam.PolicyStatement({
        effect: iam.Effect.DENY,
        actions: ['rds-db:connect'],
        resources: [this.databaseUser(databaseResourceId)],
      }),
    );
    acknowledgeWildcard(
      role,
      anyDatabase,
      'The id of a restored database is not known before it is restored. Production is denied by name, and no other database of the account has this role.',
    );
    this.allowRead(role, filestoreBucket, filestorePrefix, [
      's3:GetObject',
      's3:GetObjectVersion',
      's3:ListBucketVersions',
    ]);
    this.allowRead(role, auditBucket, MANIFESTS, ['s3:GetObject', 's3:ListBucket']);
    return role;
  }

  private reportRole(): iam.Role {
    const role = this.defineRole('ReportRole');
    this.allowPut(role, RESTORE_TESTS);
    return role;
  }

  private proofAgeRole(): iam.Role {
    const role = this.defineRole('ProofAgeRole');
    const { bucketArn } = this.props.auditBucket;
    role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucketArn] }));
    return role;
  }

  private databaseUser(resourceId: string): string {
    return Stack.of(this).formatArn({
      service: 'rds-db',
      resource: `dbuser:${resourceId}`,
      resourceName: VERIFIER_ROLE,
    });
  }

  private allowPut(role: iam.Role, prefix: string): void {
    const { auditBucket } = this.props;
    const objects = auditBucket.arnForObjects(`${prefix}*`);
    role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: [objects] }));
    auditBucket.encryptionKey?.grantEncrypt(role);
    acknowledgeWildcard(
      role,
      objects,
      'What is written is named after its moment; nothing but this prefix of the audit bucket can be written, and its versions are kept.',
    );
    this.acceptKeyActions(role, ['kms:GenerateDataKey*', 'kms:ReEncrypt*']);
  }

  private allowRead(role: iam.Role, bucket: s3.IBucket, prefix: string, actions: readonly string[]): void {
    const objects = bucket.arnForObjects(`${prefix}*`);
    const [ofObjects, ofBucket] = [true, false].map((isObject) =>
      actions.filter((action) => action.startsWith('s3:GetObject') === isObject),
    );
    role.addToPolicy(new iam.PolicyStatement({ actions: ofObjects, resources: [objects] }));
    role.addToPolicy(new iam.PolicyStatement({ actions: ofBucket, resources: [bucket.bucketArn] }));
    bucket.encryptionKey?.grantDecrypt(role);
    acknowledgeWildcard(
      role,
      objects,
      'A restore test looks at every object below this prefix, whatever its name, and can change none.',
    );
  }

  private acceptKeyActions(role: iam.Role, actions: readonly string[]): void {
    for (const action of actions) {
      acknowledge(
        role,
        `AwsSolutions-IAM5[Action::${action}]`,
        'The variants of one action of KMS that writing an encrypted object takes, on the one key of the data.',
      );
    }
  }

  /** Not the managed policies that Lambda suggests: the first lets a function write to every log group of the account. */
  private defineRole(id: string): iam.Role {
    const role = new iam.Role(this, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    this.logGroup.grantWrite(role);
    return role;
  }

  private functionInVpc(id: string, handler: string, role: iam.Role): lambda.Function {
    const { network, securityGroup } = this.props;
    const place = { vpc: network.vpc, vpcSubnets: network.databaseSubnets, securityGroups: [securityGroup] };
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: [
          'ec2:CreateNetworkInterface',
          'ec2:DeleteNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:AssignPrivateIpAddresses',
          'ec2:UnassignPrivateIpAddresses',
        ],
        resources: ['*'],
      }),
    );
    acknowledge(
      role,
      'AwsSolutions-IAM5[Resource::*]',
      'Lambda makes and removes the network interfaces of a function in a VPC with its role, and its documentation asks for these six actions on every resource.',
    );
    return this.defineFunction(id, handler, role, place);
  }

  private defineFunction(
    id: string,
    handler: string,
    role: iam.Role,
    place: Pick<lambda.FunctionProps, 'vpc' | 'vpcSubnets' | 'securityGroups'> = {},
  ): lambda.Function {
    const { database } = this.props;
    return new lambda.Function(this, id, {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: this.code,
      handler: `index.${handler}`,
      role,
      logGroup: this.logGroup,
      memorySize: 1024,
      timeout: Duration.minutes(15),
      ...place,
      environment: {
        ENVIRONMENT: this.props.environmentName,
        AUDIT_BUCKET: this.props.auditBucket.bucketName,
        FILESTORE_BUCKET: this.props.filestoreBucket.bucketName,
        FILESTORE_PREFIX: this.props.filestorePrefix,
        SAMPLE: String(this.props.sample),
        POSTGRESQL: String(this.props.postgresql),
        ODOO: this.props.odoo,
        OLDEST_HOURS: String(this.props.oldestHours),
        DATABASE: 'odoo',
        DATABASE_USER: VERIFIER_ROLE,
        DATABASE_HOST: database.host,
        DATABASE_PORT: database.port,
      },
    });
  }
}
