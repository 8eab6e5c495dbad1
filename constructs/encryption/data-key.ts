import { Duration, RemovalPolicy, aws_iam as iam, aws_kms as kms } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

export interface DataKeyProps {
  /** AWS account that copies of the database's recovery points go to. Absent: they stay in the key's own. */
  readonly copiesAccount?: string;
}

/**
 * Encrypts everything that holds data: database, buckets, file systems, volumes, secrets.
 *
 * One key for all of them, because whoever may restore an environment needs all of them, and a key that one part of a
 * backup was encrypted with and that is gone takes the whole backup with it. Its policy leaves access to IAM in the
 * same account, so that grants land on the roles that use it and never tie this stack to theirs. Only an account that
 * recovery points are copied to has to be named.
 */
export class DataKey extends kms.Key {
  constructor(scope: Construct, id: string, { copiesAccount }: DataKeyProps = {}) {
    super(scope, id, {
      description: 'Odoo: data at rest',
      enableKeyRotation: true,
      // Backups and retained resources need the key longer than the stack lives; AWS offers no longer second thought.
      pendingWindow: Duration.days(30),
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    if (copiesAccount !== undefined) this.allowCopies(copiesAccount);
  }

  /**
   * What AWS names for copies of a snapshot by AWS Backup: it is decrypted with the key of the database, by roles of the
   * account that receives it, and by RDS in their name. Without it copies fail with "Given key ID is not accessible".
   */
  private allowCopies(account: string): void {
    const principals = [new iam.AccountPrincipal(account)];
    this.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'CopiesInSecondAccount',
        principals,
        actions: [
          'kms:DescribeKey',
          'kms:Encrypt',
          'kms:Decrypt',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
          'kms:GenerateDataKey',
          'kms:GenerateDataKeyWithoutPlaintext',
        ],
        resources: ['*'],
      }),
    );
    this.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'GrantsOfSecondAccount',
        principals,
        actions: ['kms:CreateGrant', 'kms:ListGrants', 'kms:RevokeGrant'],
        resources: ['*'],
        conditions: { Bool: { 'kms:GrantIsForAWSResource': true } },
      }),
    );
  }
}
