import type { Problem } from '../problem.ts';
import { isRegionName, regionNames, regionOf } from '../regions.ts';
import { secretArnPattern } from '../schema/mail.ts';
import type { Draft, Place, Rule } from './rule.ts';

/** Mail leaves: by one way, to a server that is there, from a sender that it takes, with a password nobody overhears. */
export const mailRules: Rule = (draft) => [
  ...oneWayOut(draft),
  ...sesIsThere(draft),
  ...accessKeysDiffer(draft),
  ...relayIsReachable(draft),
  ...passwordIsNotOverheard(draft),
  ...credentialsAreInReach(draft),
  ...senderIsTaken(draft),
];

function oneWayOut({ file, isWritten }: Draft): Problem[] {
  return isWritten('mail.ses') && isWritten('mail.relay')
    ? [
        {
          path: 'mail.ses',
          value: file.mail?.ses,
          message: 'has no use beside relay, which mail goes through then',
          allowed: 'ses or relay',
          fix: 'remove one of them',
        },
      ]
    : [];
}

function sesIsThere({ file: { region, mail }, isWritten }: Draft): Problem[] {
  return mail !== undefined && !isWritten('mail.relay') && isRegionName(region) && !regionOf(region).sesSmtp
    ? [
        {
          path: 'mail',
          value: mail.from,
          message: `has no way out of ${region}, where Amazon SES offers no SMTP and Odoo speaks nothing else`,
          allowed: `relay, or a Region of these: ${regionNames.filter((name) => regionOf(name).sesSmtp).join(', ')}`,
          fix: 'add mail.relay; it may be the SMTP endpoint of SES in another Region, with credentials made there',
        },
      ]
    : [];
}

function accessKeysDiffer({ file: { mail } }: Draft): Problem[] {
  const keys = mail?.ses?.accessKeys ?? [];
  return new Set(keys).size === keys.length
    ? []
    : [
        {
          path: 'mail.ses.accessKeys',
          value: keys,
          message: 'has a number twice, which would be one key, not two',
          allowed: 'different numbers',
          fix: 'write the number once, or beside it the next one',
        },
      ];
}

function relayIsReachable({ file: { mail } }: Draft): Problem[] {
  const relay = mail?.relay;
  if (relay?.port === undefined) return [];
  const problem = { path: 'mail.relay.port', value: relay.port };
  if (relay.port === 465 || relay.port === 2465) {
    return [
      {
        ...problem,
        message: 'expects TLS from the first byte, which the configuration file of Odoo cannot ask for',
        allowed: 'a port with STARTTLS',
        fix: 'write 587, which nearly every relay offers beside it, or 2525',
      },
    ];
  }
  return relay.port === 25 && relay.encryption !== 'none'
    ? [
        {
          ...problem,
          message: 'is blocked by AWS on the way to the internet',
          allowed: "another port, or 25 with encryption: 'none' to a relay within the network",
          fix: 'write 587, or 2525 where the provider offers it',
        },
      ]
    : [];
}

function passwordIsNotOverheard({ file: { mail } }: Draft): Problem[] {
  return mail?.relay?.encryption === 'none' && mail.relay.credentialsArn !== undefined
    ? [
        {
          path: 'mail.relay.credentialsArn',
          value: mail.relay.credentialsArn,
          message: 'names a password, which without encryption everybody on the way can read',
          allowed: 'only with encryption',
          fix: 'remove encryption, or let the relay trust the network instead of a password',
        },
      ]
    : [];
}

function credentialsAreInReach({ file: { mail, region, account } }: Draft): Problem[] {
  return secretIsInPlace('mail.relay.credentialsArn', mail?.relay?.credentialsArn, {
    region,
    account,
    stands: 'the environment is',
  });
}

/** A task of ECS reads secrets of its own Region, and the policy of this account opens those of this account. */
export function secretIsInPlace(
  path: string,
  arn: string | undefined,
  { region, account, stands }: Place,
): Problem[] {
  const secret = secretArnPattern.exec(arn ?? '')?.groups;
  if (secret === undefined) return [];
  const elsewhere = [
    region !== undefined && secret.region !== region && `in ${secret.region}, but ${stands} in ${region}`,
    account !== undefined &&
      secret.account !== account &&
      `of account ${secret.account}, but ${stands} in ${account}`,
  ].filter((text) => text !== false);
  return elsewhere.map((place) => ({
    path,
    value: arn,
    message: `is a secret ${place}`,
    allowed: 'a secret of the same Region and account',
    fix: `make the secret where ${stands}, and write its ARN`,
  }));
}

/** Odoo compares whole domains: one that covers `example.com` does not cover `erp.example.com`. */
function senderIsTaken({ file: { mail } }: Draft): Problem[] {
  const filter = mail?.relay?.fromFilter;
  const from = mail?.from;
  return filter === undefined || from === undefined || filter === from || filter === domainOf(from)
    ? []
    : [
        {
          path: 'mail.relay.fromFilter',
          value: filter,
          message: `leaves out ${from}, the sender of most messages`,
          allowed: `${domainOf(from)} or ${from}`,
          fix: 'choose a from that the relay takes, and leave fromFilter out for its whole domain',
        },
      ];
}

/** Domain of an e-mail address. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
