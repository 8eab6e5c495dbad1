import { aws_ssm as ssm, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** Longer than the server's own limit (odoo-volume-proof@.service), so that it is the server that says what was wrong. */
const TIMEOUT = Duration.minutes(95);

/**
 * What a restore test may have the server do: look at one volume, and nothing else. Neither a command nor a character that a
 * shell understands gets through.
 *
 * The agent of Systems Manager takes such a command from the channel by which it opens sessions (`ssmmessages`), as do all of
 * version 3.3.40.0 and later: the server's role has nothing more than for those. The agent runs it as root.
 */
export class VolumeProofDocument extends Construct {
  /** For `ssm:SendCommand`, whose parameters are `restoreJob`, `volume` and `recoveryPoint`. */
  readonly documentName: string;

  constructor(scope: Construct, id: string, environmentName: string) {
    super(scope, id);
    // Not the environment's name alone: AWS keeps names that begin with its own to itself.
    this.documentName = `odoo-${environmentName}-volume-proof`;
    new ssm.CfnDocument(this, 'Resource', {
      name: this.documentName,
      documentType: 'Command',
      documentFormat: 'JSON',
      targetType: '/AWS::EC2::Instance',
      // Under a name of one's own CloudFormation can put a new version beside the old one, but not replace it.
      updateMethod: 'NewVersion',
      content: {
        schemaVersion: '2.2',
        description: `Looks at a restored copy of the data volume of ${environmentName}`,
        parameters: {
          restoreJob: parameter('Restore job of AWS Backup', '^[0-9A-Za-z-]{1,64}$'),
          volume: parameter('What it restored', '^vol-[0-9a-f]{8,32}$'),
          recoveryPoint: parameter(
            'When the recovery point was made',
            String.raw`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$`,
          ),
        },
        mainSteps: [
          {
            action: 'aws:runShellScript',
            name: 'prove',
            inputs: {
              timeoutSeconds: String(TIMEOUT.toSeconds()),
              runCommand: [
                'exec /usr/local/sbin/odoo-prove-volume {{ restoreJob }} {{ volume }} {{ recoveryPoint }}',
              ],
            },
          },
        ],
      },
    });
  }
}

function parameter(description: string, allowedPattern: string): Readonly<Record<string, string>> {
  return { type: 'String', description, allowedPattern };
}
