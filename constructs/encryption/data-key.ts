import { Duration, RemovalPolicy, aws_kms as kms } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Encrypts everything that holds data: database, buckets, file systems, volumes, secrets.
 *
 * One key for all of them, because whoever may restore an environment needs all of them, and a key that one part of a
 * backup was encrypted with and that is gone takes the whole backup with it. Its policy leaves access to IAM in the
 * same account, so that grants land on the roles that use it and never tie this stack to theirs.
 */
export class DataKey extends kms.Key {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      description: 'Odoo: data at rest',
      enableKeyRotation: true,
      // Backups and retained resources need the key longer than the stack lives; AWS offers no longer second thought.
      pendingWindow: Duration.days(30),
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }
}
