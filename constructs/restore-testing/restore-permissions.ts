import { Stack, aws_iam as iam, type aws_s3 as s3 } from 'aws-cdk-lib';
import { MANIFESTS, RESTORE_TESTS } from '../audit/audit-prefixes.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import { anyOfEfs, type FilestoreTest, ofEfs, RESTORED_FOR_TEST } from './filestore-test.ts';

/** Reads every table, by IAM; the database job makes it (constructs/database-job/files/verifier.py). */
export const VERIFIER_ROLE = 'odoo_verifier';

export interface RestorePermissionsProps {
  /** Id by which IAM knows production's instance, for example `db-ABCDEFGHIJKL`. */
  readonly databaseResourceId: string;
  readonly auditBucket: s3.IBucket;
  /**
   * Bucket of the attachments.
   *
   * @default - they are elsewhere, and are not looked at
   */
  readonly filestoreBucket?: s3.IBucket;
  /** Where the attachments are in it, for example `filestore/odoo/`. */
  readonly filestorePrefix: string;
}

/** Signs in to production as a reader, and writes what was counted. */
export function allowManifest(role: iam.Role, props: RestorePermissionsProps): void {
  allow(role, ['rds-db:connect'], databaseUser(role, props.databaseResourceId));
  allowPut(role, props.auditBucket, MANIFESTS, 'A manifest');
}

/** S3 decrypts the parts of an object when it puts them together. */
export function allowParts(role: iam.Role, { auditBucket }: RestorePermissionsProps): void {
  auditBucket.encryptionKey?.grantDecrypt(role);
}

/** Signs in to what was restored, whose id nobody knows beforehand, and never to production; reads both buckets. */
export function allowValidation(role: iam.Role, props: RestorePermissionsProps): void {
  const { databaseResourceId, filestoreBucket, filestorePrefix } = props;
  const anyDatabase = databaseUser(role, '*');
  allow(role, ['rds-db:connect'], anyDatabase);
  role.addToPolicy(
    new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      actions: ['rds-db:connect'],
      resources: [databaseUser(role, databaseResourceId)],
    }),
  );
  acknowledgeWildcard(
    role,
    anyDatabase,
    'The id of a restored database is not known before it is restored. Production is denied by name, and the network lets these functions reach no other.',
  );
  if (filestoreBucket !== undefined) {
    allowRead(role, filestoreBucket, filestorePrefix, ['s3:GetObject', 's3:GetObjectVersion']);
    allow(role, ['s3:ListBucketVersions'], filestoreBucket.bucketArn);
  }
  allowReadingManifests(role, props);
}

/** With the lists of attachments beside them. */
function allowReadingManifests(role: iam.Role, { auditBucket }: RestorePermissionsProps): void {
  allowRead(role, auditBucket, MANIFESTS, ['s3:GetObject']);
  allow(role, ['s3:ListBucket'], auditBucket.bucketArn);
}

/** Mounts what was restored, whose id nobody knows beforehand, and never production's; reads the lists of attachments. */
export function allowFilestoreValidation(
  role: iam.Role,
  props: RestorePermissionsProps,
  { fileSystemArn }: FilestoreTest,
): void {
  const fileSystems = anyOfEfs(role, 'file-system');
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ofEfs('ClientMount'),
      resources: [fileSystems],
      conditions: RESTORED_FOR_TEST,
    }),
  );
  role.addToPolicy(
    new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      actions: ofEfs('ClientMount', 'ClientWrite', 'ClientRootAccess'),
      resources: [fileSystemArn],
    }),
  );
  acknowledgeWildcard(
    role,
    fileSystems,
    'The id of a restored file system is not known before it is restored. Only those that AWS Backup has tagged as restored for a test can be mounted, production is denied by name, and the network lets this function reach no other.',
  );
  allowReadingManifests(role, props);
}

/** Writes reports. */
export function allowReport(role: iam.Role, { auditBucket }: RestorePermissionsProps): void {
  allowPut(role, auditBucket, RESTORE_TESTS, 'A report of a restore test');
}

/** Looks at the names of reports. */
export function allowProofAge(role: iam.Role, { auditBucket }: RestorePermissionsProps): void {
  allow(role, ['s3:ListBucket'], auditBucket.bucketArn);
}

/** What Lambda needs to put a function into a VPC; the managed policy for it would open every log group besides. */
export function allowInVpc(role: iam.Role, purpose: string): void {
  const actions = ['CreateNetworkInterface', 'DeleteNetworkInterface', 'DescribeNetworkInterfaces'];
  const more = ['DescribeSubnets', 'AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses'];
  allow(
    role,
    [...actions, ...more].map((action) => `ec2:${action}`),
    '*',
  );
  acknowledge(
    role,
    'AwsSolutions-IAM5[Resource::*]',
    `The function that ${purpose} is in the VPC: Lambda makes and removes its network interfaces with this role, and asks for these six actions on every resource.`,
  );
}

/** ARN of a role of the database, as whom somebody signs in by IAM. */
export function databaseUser(role: iam.Role, resourceId: string, resourceName = VERIFIER_ROLE): string {
  const [service, resource] = ['rds-db', `dbuser:${resourceId}`];
  return Stack.of(role).formatArn({ service, resource, resourceName });
}

export function allow(role: iam.Role, actions: string[], resource: string): void {
  role.addToPolicy(new iam.PolicyStatement({ actions, resources: [resource] }));
}

function allowRead(role: iam.Role, bucket: s3.IBucket, prefix: string, actions: string[]): void {
  const objects = bucket.arnForObjects(`${prefix}*`);
  allow(role, actions, objects);
  bucket.encryptionKey?.grantDecrypt(role);
  acknowledgeWildcard(
    role,
    objects,
    `A restore test looks at every object below ${prefix}, whatever its name, and can change none.`,
  );
}

/** Writes objects below a prefix, and nothing else. */
export function allowPut(role: iam.Role, bucket: s3.IBucket, prefix: string, what: string): void {
  const objects = bucket.arnForObjects(`${prefix}*`);
  allow(role, ['s3:PutObject'], objects);
  acknowledgeWildcard(
    role,
    objects,
    `${what} is named after its moment; nothing but this prefix of the audit bucket can be written, and its versions are kept.`,
  );
  bucket.encryptionKey?.grantEncrypt(role);
  for (const action of ['kms:GenerateDataKey*', 'kms:ReEncrypt*']) {
    acknowledge(
      role,
      `AwsSolutions-IAM5[Action::${action}]`,
      `${what} is encrypted when it is written: the variants of one action of KMS, on the one key of the data.`,
    );
  }
}
