import { Aws, Fn, RemovalPolicy, type aws_kms as kms, aws_logs as logs } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { logRetention } from '../shared/log-retention.ts';

const LOGS = { Server: 'postgresql', Upgrade: 'upgrade' } as const;

export interface RdsLogGroupsProps {
  readonly encryptionKey: kms.IKey;
  /** Days for which the logs are kept; one of CloudWatch Logs' retention values. */
  readonly retentionDays: number;
}

/**
 * The log groups of an RDS instance, there before it writes its first line: encrypted, and not kept for ever. Those that
 * RDS makes by itself are neither, and a template that wants to own them later fails because they exist.
 *
 * Their names hold the instance's, so that has to be known beforehand: {@link instanceIdentifier}.
 */
export class RdsLogGroups extends Construct {
  /** Logs for the instance to export: the server's own, and that of a major upgrade. */
  readonly exported: string[];
  /** Group of the server's own log. */
  readonly server: logs.ILogGroup;

  /**
   * A name for the instance that no input changes: the stack's own id. A stack that is made again gets another one, and
   * collides with nothing that the first left behind. It allows for one database in a stack.
   *
   * CloudFormation refuses to replace what has a name, which suits a database: an update that would put an empty one in
   * its place fails instead.
   */
  readonly instanceIdentifier: string;

  constructor(scope: Construct, id: string, { encryptionKey, retentionDays }: RdsLogGroupsProps) {
    super(scope, id);
    const stackUuid = Fn.select(2, Fn.split('/', Aws.STACK_ID));
    this.instanceIdentifier = `odoo-${stackUuid}`;

    const group = (name: keyof typeof LOGS): logs.LogGroup =>
      new logs.LogGroup(this, name, {
        logGroupName: `/aws/rds/instance/${this.instanceIdentifier}/${LOGS[name]}`,
        encryptionKey,
        retention: logRetention(retentionDays),
        removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      });
    this.server = group('Server');
    group('Upgrade');
    this.exported = Object.values(LOGS);
  }
}
