import { ArnFormat, Stack, aws_iam as iam, type aws_ecs as ecs, type aws_s3 as s3 } from 'aws-cdk-lib';
import { COPIES_NOTE, DRILLS, FENCE, MANIFESTS } from '../audit/audit-prefixes.ts';
import { onCluster, tasksOf } from '../database-job/release/release-role.ts';
import { VERIFIER_ROLE } from '../restore-testing/restore-permissions.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import type { DrillFunctionsProps, ValidationProps } from './drill-functions-props.ts';
import { DRILL_LOCK, DRILL_TAG, instancePrefix } from './drill-names.ts';

/** Takes and reads the lock, and looks whether the environment is fenced. */
export function allowLock(role: iam.Role, bucket: s3.IBucket): void {
  allow(role, ['s3:GetObject'], bucket.arnForObjects(FENCE));
  allow(role, ['s3:GetObject', 's3:PutObject'], bucket.arnForObjects(DRILL_LOCK));
  // A lock that is not there is then "not found" and not "denied".
  allow(role, ['s3:ListBucket'], bucket.bucketArn);
  allow(role, ['kms:Decrypt', 'kms:GenerateDataKey'], keyOf(bucket));
}

/** Reads how far the copies are. */
export function allowFind(role: iam.Role, { auditBucket: bucket, copies }: DrillFunctionsProps): void {
  allow(role, ['s3:GetObjectVersion'], bucket.arnForObjects(COPIES_NOTE));
  allow(role, ['s3:ListBucketVersions'], bucket.bucketArn);
  allow(role, ['kms:Decrypt'], keyOf(bucket));
  copies.allowFind(role);
}

/** Ends what is a drill's by name and tag, or in the drills' own cluster, and nothing else. */
export function allowClear(role: iam.Role, { cluster, auditBucket, copies }: DrillFunctionsProps): void {
  allow(role, ['s3:GetObject'], auditBucket.arnForObjects(DRILL_LOCK));
  allow(role, ['kms:Decrypt'], keyOf(auditBucket));
  copies.allowSee(role);
  copies.allowRemove(role);
  allowStop(
    role,
    cluster,
    'A task that another drill has left is stopped by the id that ECS gave it. The cluster is for drills alone, so that every task in it is theirs to stop.',
  );
  acknowledge(
    role,
    'AwsSolutions-IAM5[Resource::*]',
    'What earlier drills have left is looked for by name and tag among all databases, where drills make some, and tasks are listed with a condition on the one cluster. Both actions read descriptions.',
  );
}

/** Sees what drills have left, and who had the lock last. */
export function allowSweep(role: iam.Role, { cluster, auditBucket, copies }: DrillFunctionsProps): void {
  allow(role, ['s3:GetObject'], auditBucket.arnForObjects(DRILL_LOCK));
  // A lock that is not there is then "not found" and not "denied".
  allow(role, ['s3:ListBucket'], auditBucket.bucketArn);
  allow(role, ['kms:Decrypt'], keyOf(auditBucket));
  copies.allowSee(role);
  const anyTask = tasksOf(role, cluster);
  role.addToPolicy(onCluster(cluster, ['ecs:DescribeTasks'], anyTask));
  role.addToPolicy(onCluster(cluster, ['ecs:ListTasks'], '*'));
  acknowledgeWildcard(
    role,
    anyTask,
    'Whether a drill has left a task is seen among all of the cluster, which is for drills alone. The action reads descriptions.',
  );
  acknowledge(
    role,
    'AwsSolutions-IAM5[Resource::*]',
    'Whether drills have left anything is looked for by name and tag among all databases, where drills make some, and in the one cluster that a condition names. This function reads, and removes nothing itself.',
  );
}

/**
 * Of the databases that drills made: they bear both the name and the tag.
 *
 * @param reason - why any of them, for the auditor.
 */
export function allowDelete(role: iam.Role, environmentName: string, reason: string): void {
  const instances = instancesOf(role, environmentName);
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['rds:DeleteDBInstance'],
      resources: [instances],
      conditions: { Null: { [`aws:ResourceTag/${DRILL_TAG}`]: 'false' } },
    }),
  );
  denyOthers(role, environmentName);
  acknowledgeWildcard(role, instances, reason);
}

/** Whatever another statement may come to say. */
function denyOthers(role: iam.Role, environmentName: string): void {
  role.addToPolicy(
    new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      actions: ['rds:DeleteDBInstance', 'rds:ModifyDBInstance', 'rds:StopDBInstance', 'rds:RebootDBInstance'],
      notResources: [instancesOf(role, environmentName)],
    }),
  );
}

/**
 * Sees and stops tasks of the drills' cluster.
 *
 * @param reason - why any of them, for the auditor.
 */
export function allowStop(role: iam.Role, cluster: ecs.ICluster, reason: string): void {
  const anyTask = tasksOf(role, cluster);
  role.addToPolicy(onCluster(cluster, ['ecs:DescribeTasks', 'ecs:StopTask'], anyTask));
  role.addToPolicy(onCluster(cluster, ['ecs:ListTasks'], '*'));
  acknowledgeWildcard(role, anyTask, reason);
}

/** Signs in to what a drill has restored as a reader, and reads the copies of both buckets. */
export function allowValidate(
  role: iam.Role,
  { filestoreBucket, filestorePrefix, auditBucket }: ValidationProps,
): void {
  const anyDatabase = Stack.of(role).formatArn({
    service: 'rds-db',
    resource: 'dbuser:*',
    resourceName: VERIFIER_ROLE,
  });
  allow(role, ['rds-db:connect'], anyDatabase);
  acknowledgeWildcard(
    role,
    anyDatabase,
    'RDS chooses the id of a restored database. The user may read and nothing else, and the network lets this function reach no database but those of drills.',
  );
  const attachments = filestoreBucket.arnForObjects(`${filestorePrefix}*`);
  const manifests = auditBucket.arnForObjects(`${MANIFESTS}*`);
  allow(role, ['s3:GetObject', 's3:GetObjectVersion'], attachments);
  allow(role, ['s3:GetObject'], manifests);
  allow(role, ['s3:ListBucketVersions'], filestoreBucket.bucketArn);
  allow(role, ['s3:ListBucket'], auditBucket.bucketArn);
  allow(role, ['kms:Decrypt'], keyOf(auditBucket));
  for (const [objects, what] of [
    [attachments, 'attachment'],
    [manifests, 'manifest'],
  ] as const) {
    acknowledgeWildcard(
      role,
      objects,
      `A drill looks at every ${what}, whatever its name, and can change none.`,
    );
  }
}

/** Reads the log of the task. */
export function allowReadChecks(
  role: iam.Role,
  { logGroup, checker, restorer }: Pick<DrillFunctionsProps, 'logGroup' | 'checker' | 'restorer'>,
): void {
  const prefix = `${logGroup.logGroupArn.replace(/:\*$/, '')}:log-stream:`;
  for (const { logStreams } of [checker, ...(restorer ? [restorer] : [])]) {
    const streams = `${prefix}${logStreams}*`;
    allow(role, ['logs:GetLogEvents'], streams);
    acknowledgeWildcard(
      role,
      streams,
      'A log stream is named after its task, whose id ECS chooses. They are those of the one container that says what it saw.',
    );
  }
}

/** Writes reports. */
export function allowReport(role: iam.Role, bucket: s3.IBucket): void {
  const reports = bucket.arnForObjects(`${DRILLS}*`);
  allow(role, ['s3:PutObject'], reports);
  allow(role, ['kms:GenerateDataKey'], keyOf(bucket));
  acknowledgeWildcard(
    role,
    reports,
    'A report is named after its moment; nothing but this prefix of the copy of the audit bucket can be written, and its versions are kept.',
  );
}

/** Looks at the names of reports. */
export function allowAge(role: iam.Role, bucket: s3.IBucket): void {
  allow(role, ['s3:ListBucket'], bucket.bucketArn);
}

/** ARN of every database that a drill makes. */
export function instancesOf(role: iam.Role, environmentName: string): string {
  return Stack.of(role).formatArn({
    service: 'rds',
    resource: 'db',
    resourceName: `${instancePrefix(environmentName)}*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** Allows actions on one resource. */
export function allow(role: iam.Role, actions: string[], resource: string): void {
  role.addToPolicy(new iam.PolicyStatement({ actions, resources: [resource] }));
}

function keyOf({ encryptionKey }: s3.IBucket): string {
  if (encryptionKey === undefined) throw new Error('copies are encrypted with a key of their own');
  return encryptionKey.keyArn;
}
