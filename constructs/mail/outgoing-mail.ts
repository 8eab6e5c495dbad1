import type { aws_secretsmanager as secretsmanager } from 'aws-cdk-lib';
import type { SmtpSettings } from '../odoo-node/smtp.ts';

/** A way for Odoo to send mail. */
export interface OutgoingMail {
  readonly settings: SmtpSettings;
  /**
   * JSON document with the credentials of `settings.login`: `username`, and `password` or, for Amazon SES,
   * `secretAccessKey`.
   *
   * @default - the server wants no login
   */
  readonly credentials?: secretsmanager.ISecret;
}
