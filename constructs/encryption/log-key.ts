import { ArnFormat, Duration, RemovalPolicy, Stack, aws_iam as iam, aws_kms as kms } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Encrypts logs and alarm notifications, apart from the data: who may read logs may not read the database's snapshots.
 *
 * Unlike other services, CloudWatch uses a key as itself and not on behalf of a caller, so the key's policy has to
 * admit it. Without that, creating a log group fails and an alarm's notification vanishes without an error.
 */
export class LogKey extends kms.Key {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      description: 'Odoo: logs and alarm notifications',
      enableKeyRotation: true,
      pendingWindow: Duration.days(30),
      // Log groups outlive their stacks and are unreadable without the key.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.admitLogs();
    this.admitAlarms();
  }

  /**
   * Lets Amazon SES tell an encrypted topic of bounces and complaints.
   *
   * The statement is the one that SES's manual gives, without a condition: SES tries the topic when it is told of it, and
   * refuses one that it cannot use. For whom it publishes there, the policy of the topic decides.
   */
  admitMailEvents(): void {
    this.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'MailEvents',
        principals: [new iam.ServicePrincipal('ses.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
      }),
    );
  }

  /** Lets EventBridge tell an encrypted topic of jobs that failed. For whom it publishes, the policy of the topic decides. */
  admitEvents(): void {
    this.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Events',
        principals: [new iam.ServicePrincipal('events.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
      }),
    );
  }

  private admitLogs(): void {
    const stack = Stack.of(this);
    const anyLogGroup = stack.formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: '*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    this.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'LogGroupsOfThisAccount',
        principals: [new iam.ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': anyLogGroup } },
      }),
    );
  }

  private admitAlarms(): void {
    this.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
  }
}
