import { type aws_logs as logs, aws_ssm as ssm } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** Minutes after which a session that nobody types in ends. */
const IDLE_MINUTES = 20;

export interface SessionDocumentProps {
  readonly environmentName: string;
  /** Where every session is written down, as it happens. Must be encrypted: otherwise no session opens. */
  readonly logGroup: logs.ILogGroup;
}

/**
 * How a person works on the server: a session of Session Manager opened with this document is logged word for word.
 *
 * The account's own preferences (`SSM-SessionManagerRunShell`) exist once per account and Region and are not touched; a
 * session without this document follows them. Who must not open such a one is refused by IAM:
 * `ssm:StartSession` allowed on this document only, with `ssm:SessionDocumentAccessCheck`.
 *
 * No key of its own for what passes: it is encrypted by TLS anyway, and somebody who lacks a permission on another key
 * in an emergency would stand before a closed door.
 */
export class SessionDocument extends Construct {
  /** For `aws ssm start-session --document-name`. */
  readonly documentName: string;

  constructor(scope: Construct, id: string, { environmentName, logGroup }: SessionDocumentProps) {
    super(scope, id);
    // Not the environment's name alone: AWS keeps names that begin with its own to itself.
    this.documentName = `odoo-${environmentName}`;
    new ssm.CfnDocument(this, 'Resource', {
      name: this.documentName,
      documentType: 'Session',
      documentFormat: 'JSON',
      // Under a name of one's own CloudFormation can put a new version beside the old one, but not replace it.
      updateMethod: 'NewVersion',
      content: {
        schemaVersion: '1.0',
        description: `Logged session on the Odoo server of ${environmentName}`,
        sessionType: 'Standard_Stream',
        inputs: {
          cloudWatchLogGroupName: logGroup.logGroupName,
          cloudWatchEncryptionEnabled: true,
          cloudWatchStreamingEnabled: true,
          s3BucketName: '',
          s3KeyPrefix: '',
          s3EncryptionEnabled: true,
          kmsKeyId: '',
          runAsEnabled: false,
          runAsDefaultUser: '',
          idleSessionTimeout: String(IDLE_MINUTES),
          maxSessionDuration: '',
          shellProfile: { linux: '', windows: '' },
        },
      },
    });
  }
}
