import type { SmtpEncryption } from '../../config/environment.ts';
import { nodeFile, type TemplateValues } from './render-template.ts';

/** The server that Odoo hands its messages to, and in whose name, as far as odoo.conf knows it. */
export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  readonly encryption: SmtpEncryption;
  /** Sender of messages that have none of their own. */
  readonly from: string;
  /** Domain or address that the server takes mail from. */
  readonly fromFilter: string;
  /**
   * How Odoo logs in.
   *
   * @default - not at all
   */
  readonly login?: SmtpLogin;
}

/** A user name and a password that only the node gets to see. */
export interface SmtpLogin {
  /** Part of odoo.conf as a comment: whoever runs with other credentials is replaced when it changes. */
  readonly number: number;
  /**
   * Region of the Amazon SES that is logged in to. SES's password is then derived from a secret access key, on the node.
   *
   * @default - the password is used as it is
   */
  readonly sesRegion?: string;
}

/** Secrets of a login, as odoo.conf has them for placeholders. */
export const SMTP_SECRETS = ['SMTP_USER', 'SMTP_PASSWORD'] as const;

/** The part of odoo.conf that is about mail: template, values, and what is left for the node to fill in. */
export function smtpPart(smtp: SmtpSettings | undefined): {
  readonly template: string;
  readonly values: TemplateValues;
  readonly secrets: readonly string[];
} {
  if (smtp === undefined) return { template: '', values: {}, secrets: [] };
  const { login } = smtp;
  return {
    template: nodeFile('odoo-smtp.conf') + (login ? nodeFile('odoo-smtp-login.conf') : ''),
    values: {
      SMTP_SERVER: smtp.host,
      SMTP_PORT: smtp.port,
      SMTP_SSL: smtp.encryption === 'none' ? 'False' : 'True',
      EMAIL_FROM: smtp.from,
      FROM_FILTER: smtp.fromFilter,
      ...(login && { SMTP_LOGIN: login.number }),
    },
    secrets: login ? SMTP_SECRETS : [],
  };
}

/** Whether Odoo has to be brought to make sure of the server, with a module of this project: by itself it does not. */
export function needsVerification(smtp: SmtpSettings | undefined): boolean {
  return smtp?.encryption === 'starttls';
}

/** Arguments by which `configure.py` fills a login in. */
export function smtpSecretArguments(login: SmtpLogin | undefined): readonly string[] {
  if (login === undefined) return [];
  const [user, password] = SMTP_SECRETS;
  return [
    '--secret',
    user,
    ...(login.sesRegion === undefined ? ['--secret', password] : ['--ses-secret', password, login.sesRegion]),
  ];
}

/** Field of the credentials' JSON document that the password is in, or is derived from; the user is in `username`. */
export function smtpPasswordField(login: SmtpLogin): 'password' | 'secretAccessKey' {
  return login.sesRegion === undefined ? 'password' : 'secretAccessKey';
}
