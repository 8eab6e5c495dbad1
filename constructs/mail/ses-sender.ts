import { aws_ses as ses, RemovalPolicy, type aws_kms as kms, SecretValue, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { SesMail } from '../../config/environment.ts';
import type { SmtpSettings } from '../odoo-node/smtp.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import { DataSecret } from '../shared/data-secret.ts';
import type { OutgoingMail } from './outgoing-mail.ts';
import { SesRecords } from './ses-records.ts';
import { SmtpUser } from './smtp-user.ts';

export interface SesSenderProps {
  readonly mail: SesMail;
  /** Region of the environment, which is the one that its mail leaves from. */
  readonly region: string;
  /**
   * Name below the domain that bounces go to: one for each Region that sends for it, because its mail exchanger is the Region's.
   * @default `bounce`
   */
  readonly returnPath?: string;
  /**
   * Whether what SES knows of the domain stays when the stack goes. SES knows a domain once in a Region: what stays is in the way of
   * whoever makes it again.
   * @default true
   */
  readonly outlivesStack?: boolean;
  /** Encrypts the credentials. */
  readonly encryptionKey: kms.IKey;
}

/**
 * Sends through Amazon SES: the domain as an identity, signed with DKIM, with a return path of its own, and a login for
 * Odoo.
 *
 * The identity outlives its stack, unless it is told not to, with its DNS records and its configuration set: whoever else in the account sends for
 * the domain does so with the same identity, and one without its configuration set sends nothing any more. The login goes
 * with the stack.
 *
 * Security notes: the login may send mail in the name of the domain and nothing else. It is an access key, because SES
 * takes no role over SMTP.
 */
export class SesSender extends Construct implements OutgoingMail {
  readonly settings: SmtpSettings;
  readonly credentials: DataSecret;
  /** What SES does with each message, and tells of it; absent where the identity is not this environment's own. */
  readonly configurationSet?: ses.ConfigurationSet;

  private readonly props: SesSenderProps;

  constructor(scope: Construct, id: string, props: SesSenderProps) {
    super(scope, id);
    this.props = props;
    const { mail, region } = props;
    const accessKey = Math.max(...mail.accessKeys);
    this.settings = {
      host: `email-smtp.${region}.amazonaws.com`,
      port: 587,
      encryption: 'starttls',
      from: mail.from,
      fromFilter: mail.fromFilter,
      login: { number: accessKey, sesRegion: region },
    };
    if (mail.identity === 'new') {
      this.configurationSet = this.defineConfigurationSet();
      this.defineIdentity(this.configurationSet);
    }
    this.credentials = this.defineCredentials(accessKey);
  }

  private get removalPolicy(): RemovalPolicy {
    return (this.props.outlivesStack ?? true)
      ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
      : RemovalPolicy.DESTROY;
  }

  private defineConfigurationSet(): ses.ConfigurationSet {
    const configurationSet = new ses.ConfigurationSet(this, 'ConfigurationSet', {
      // A server that takes no encrypted mail gets none; the bounce says so.
      tlsPolicy: ses.ConfigurationSetTlsPolicy.REQUIRE,
      reputationMetrics: true,
      // SES keeps addresses that bounced or complained and does not write to them again: repetition costs reputation.
      suppressionReasons: ses.SuppressionReasons.BOUNCES_AND_COMPLAINTS,
    });
    configurationSet.applyRemovalPolicy(this.removalPolicy);
    return configurationSet;
  }

  private defineIdentity(configurationSet: ses.ConfigurationSet): void {
    const { mail, region } = this.props;
    const returnPath = `${this.props.returnPath ?? 'bounce'}.${mail.domain}`;
    const identity = new ses.EmailIdentity(this, 'Identity', {
      identity: ses.Identity.domain(mail.domain),
      // Of every message, because Odoo cannot name one in a header.
      configurationSet,
      dkimIdentity: ses.DkimIdentity.easyDkim(ses.EasyDkimSigningKeyLength.RSA_2048_BIT),
      mailFromDomain: returnPath,
      // Until its records are found SES uses a return path of its own: mail that arrives unaligned is better than none.
      mailFromBehaviorOnMxFailure: ses.MailFromBehaviorOnMxFailure.USE_DEFAULT_VALUE,
    });
    const { removalPolicy } = this;
    identity.applyRemovalPolicy(removalPolicy);
    new SesRecords(this, 'Records', {
      identity,
      returnPath,
      region,
      hostedZone: mail.hostedZone,
      removalPolicy,
    });
  }

  private defineCredentials(accessKey: number): DataSecret {
    const { mail, encryptionKey } = this.props;
    const resources = this.whatSesAsksFor();
    const users = new Map(
      // The number is meant to make another key, like the label of a data volume. And another user with it: IAM gives one
      // user two keys at most, and there are three for a moment when one of two is replaced.
      mail.accessKeys.map((number) => [
        number,
        new SmtpUser(this, `User${number}`, { domain: mail.domain, resources }),
      ]),
    );
    const user = users.get(accessKey);
    if (user === undefined)
      throw new Error(`access key ${accessKey} is none of ${mail.accessKeys.join(', ')}`);
    const credentials = new DataSecret(this, 'Credentials', {
      description: 'Odoo: access key with which it sends mail through Amazon SES',
      encryptionKey,
      content: {
        username: SecretValue.resourceAttribute(user.accessKey.accessKeyId),
        secretAccessKey: user.accessKey.secretAccessKey,
      },
    });
    acknowledge(
      credentials,
      'AwsSolutions-SMG4',
      'An access key that may only send mail of one domain. Odoo reads it when a process starts, so a new one has to come with a deployment: mail.ses.accessKeys makes it beside the old one and replaces the processes.',
    );
    return credentials;
  }

  /**
   * ARNs that a login needs. It is the condition on the sender that limits it, not these: besides the sender's identity
   * SES checks that of every receiver which the account has verified, and in its sandbox every receiver is one.
   */
  private whatSesAsksFor(): readonly string[] {
    const { domain } = this.props.mail;
    const sesArn = (resource: string, resourceName: string): string =>
      Stack.of(this).formatArn({ service: 'ses', resource, resourceName });
    const anyIdentity = sesArn('identity', '*');
    const configurationSet = sesArn('configuration-set', this.configurationSet?.configurationSetName ?? '*');
    acknowledgeWildcard(
      this,
      anyIdentity,
      `May send from ${domain} only, by a condition on the address of the sender. SES also asks for the identities of receivers that are verified in the account, which nobody can list.`,
    );
    if (this.configurationSet === undefined) {
      acknowledgeWildcard(
        this,
        configurationSet,
        `The identity of ${domain} was made elsewhere, and so was the configuration set that SES uses with it, whose name is not known here. The condition on the sender limits this as well.`,
      );
    }
    return [anyIdentity, configurationSet];
  }
}
