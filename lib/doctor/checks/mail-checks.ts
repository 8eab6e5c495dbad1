import type { Check } from '../check.ts';
import type { Subject } from '../subject.ts';

const usesSes = ({ environment }: Subject): boolean => environment.mail?.kind === 'ses';

/** Odoo's mail by Amazon SES. A relay cannot be asked by a program that may not send. */
export const mailChecks: readonly Check[] = [
  {
    name: 'mail-domain',
    asks: 'Does Amazon SES know the domain of the sender, and sign for it?',
    basis: 'environment file',
    todo: 'compare the records of the domain with those that SES names (SES, Identities, the domain); made by hand, they may take a day',
    page: 'docs/mail.md#amazon-ses',
    appliesTo: usesSes,
    async look(subject, findings) {
      const { mail } = subject.environment;
      if (mail?.kind !== 'ses') return;
      const { domain } = mail;
      const identity = await findings.read(`${domain} at SES`, async () =>
        (await subject.in()).mailIdentity(domain),
      );
      if (identity === undefined) return;
      const { VerifiedForSendingStatus, DkimAttributes, MailFromAttributes } = identity;
      findings.require(VerifiedForSendingStatus, `${domain} is verified`, `${domain} is not verified`);
      findings.expect('its DKIM', DkimAttributes?.Status, 'SUCCESS');
      findings.expect('signing', DkimAttributes?.SigningEnabled, true);
      if (MailFromAttributes === undefined) return;
      const { MailFromDomain, MailFromDomainStatus } = MailFromAttributes;
      findings.expect(`return path ${MailFromDomain}`, MailFromDomainStatus, 'SUCCESS');
    },
  },
  {
    name: 'mail-access',
    asks: 'May the account write to everybody, here and in the recovery Region?',
    basis: 'plan',
    todo: 'ask for production access on the SES page Account dashboard of that Region; AWS answers within a day. Sending that AWS has paused: read its message',
    page: 'docs/mail.md#out-of-the-sandbox',
    appliesTo: usesSes,
    async look(subject, findings) {
      const { region, recoveryRegion } = subject.environment;
      const regions = recoveryRegion === undefined ? [region] : [region, recoveryRegion];
      await Promise.all(
        regions.map(async (each) => {
          const account = await findings.read(`SES in ${each}`, async () =>
            (await subject.in(each)).mailAccount(),
          );
          if (account === undefined) return;
          findings.require(
            account.ProductionAccessEnabled,
            `${each}: to everybody`,
            `${each}: in the sandbox, to verified addresses only`,
          );
          if (!account.SendingEnabled) findings.fault(`${each}: sending is switched off`);
          findings.expect(`${each}: reputation`, account.EnforcementStatus, 'HEALTHY');
        }),
      );
    },
  },
];
