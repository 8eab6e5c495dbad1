import {
  ArnFormat,
  Duration,
  Stack,
  type aws_efs as efs,
  aws_iam as iam,
  type aws_kms as kms,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { fileURLToPath } from 'node:url';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import { onlyOverTlsAndMountTargets } from '../shared/efs-file-system.ts';
import { CopiesLookup } from './copies-lookup.ts';
import { BROUGHT_BACK } from './writable-replica.lambda/replicas.mjs';

const CODE = fileURLToPath(new URL('writable-replica.lambda', import.meta.url));

/** EFS says "several minutes", and the other Region is waited for before. */
const AT_MOST = Duration.minutes(58);

export interface WritableReplicaProps {
  /** Key of all copies, by which the one of this environment is told from others'. */
  readonly encryptionKey: kms.IKey;
  /** To which the database is restored (ISO 8601). A copy that is not as far is refused, and goes on being one. */
  readonly moment: string;
  /** When files that nobody opens move to infrequent access; they return on the first read. */
  readonly coldAfter: efs.LifecyclePolicy;
  /** Key of the functions' own log. */
  readonly logKey: kms.IKey;
  /** Days for which that is kept. */
  readonly logRetentionDays: number;
}

/**
 * The file system that EFS has kept the same as the filestore of the primary Region, as one that can be written: its replication is
 * ended, and it is set up as one that the environment had made.
 *
 * Whoever makes this has made sure that the environment is to go on here: the end of a replication cannot be taken back. The file
 * system is never deleted, and once it is found no later deployment changes it.
 */
export class WritableReplica extends CopiesLookup {
  readonly fileSystemId: string;

  constructor(scope: Construct, id: string, props: WritableReplicaProps) {
    super(scope, id, {
      resourceType: 'Custom::WritableReplica',
      code: CODE,
      handler: 'onEvent',
      completion: { handler: 'isComplete', timeout: AT_MOST },
      settings: {
        encryptionKey: props.encryptionKey.keyArn,
        policy: onlyOverTlsAndMountTargets().toJSON(),
        lifecycle: [
          { TransitionToIA: props.coldAfter },
          { TransitionToPrimaryStorageClass: 'AFTER_1_ACCESS' },
        ],
      },
      allow: allowEnding,
      properties: { Moment: props.moment },
      logKey: props.logKey,
      logRetentionDays: props.logRetentionDays,
    });
    this.fileSystemId = this.found.getAttString('FileSystemId');
  }
}

function allowEnding(role: iam.Role): void {
  const fileSystems = (region?: string) =>
    Stack.of(role).formatArn({
      service: 'elasticfilesystem',
      region,
      resource: 'file-system',
      resourceName: '*',
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
  const allow = (actions: string[], resource: string, conditions?: Record<string, unknown>) =>
    role.addToPolicy(
      new iam.PolicyStatement({ actions, resources: [resource], ...(conditions && { conditions }) }),
    );
  allow(
    ['elasticfilesystem:DescribeFileSystems', 'elasticfilesystem:DescribeReplicationConfigurations'],
    '*',
  );
  // Named by its source, which is in the Region that may be lost.
  allow(['elasticfilesystem:DeleteReplicationConfiguration'], fileSystems('*'));
  allow(['elasticfilesystem:TagResource'], fileSystems(), {
    'ForAllValues:StringEquals': { 'aws:TagKeys': [BROUGHT_BACK] },
  });
  allow(
    [
      'elasticfilesystem:PutFileSystemPolicy',
      'elasticfilesystem:PutLifecycleConfiguration',
      'elasticfilesystem:UpdateFileSystem',
    ],
    fileSystems(),
    { Null: { [`aws:ResourceTag/${BROUGHT_BACK}`]: 'false' } },
  );
  acknowledge(
    role,
    'AwsSolutions-IAM5[Resource::*]',
    'What EFS has copied here has an id that only EFS knows, so it has to be looked for among all. These actions read descriptions.',
  );
  acknowledgeWildcard(
    role,
    fileSystems('*'),
    'The end of a replication is asked for by its source, a file system of another Region with an id that only EFS knows. The function takes the one that replicates to the only file system with the key of the copies.',
  );
  acknowledgeWildcard(
    role,
    fileSystems(),
    'The copy has an id that only EFS knows. All that may be done to any file system is to give it one tag; settings may be changed of those alone that have it.',
  );
}
