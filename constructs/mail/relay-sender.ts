import { aws_secretsmanager as secretsmanager } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { RelayMail } from '../../config/environment.ts';
import type { SmtpSettings } from '../odoo-node/smtp.ts';
import type { OutgoingMail } from './outgoing-mail.ts';

/** Sends through the company's own relay. It and the secret with its credentials are somebody else's. */
export class RelaySender extends Construct implements OutgoingMail {
  readonly settings: SmtpSettings;
  readonly credentials?: secretsmanager.ISecret;

  constructor(scope: Construct, id: string, mail: RelayMail) {
    super(scope, id);
    this.settings = {
      host: mail.host,
      port: mail.port,
      encryption: mail.encryption,
      from: mail.from,
      fromFilter: mail.fromFilter,
      // The number of a login never changes here: who changes the secret restarts Odoo, as the manual says.
      login: mail.credentialsArn === undefined ? undefined : { number: 1 },
    };
    this.credentials =
      mail.credentialsArn === undefined
        ? undefined
        : secretsmanager.Secret.fromSecretCompleteArn(this, 'Credentials', mail.credentialsArn);
  }
}
