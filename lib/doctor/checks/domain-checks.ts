import { RENEWED_DAYS } from '../../../constructs/monitoring/certificate-alarms.ts';
import { instant } from '../../backups/words.ts';
import type { Certificate } from '../answers.ts';
import type { Check } from '../check.ts';
import type { Findings } from '../findings.ts';
import type { Subject } from '../subject.ts';

const DAY = 86_400_000;
/** The single server's own certificate is for 90 days, and renewed a month before its end. */
const SERVER_DAYS = 14;

/** Seconds. The records that are made here say 60. */
const LONGEST_TTL = 300;

const CERTIFICATE = 'AWS::CertificateManager::Certificate';
const ADDRESS = 'AWS::EC2::EIP';
const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';

/** How users find the environment. */
export const domainChecks: readonly Check[] = [
  {
    name: 'certificate',
    asks: 'Is the certificate issued for the domain, in use, and valid for a month or more?',
    basis: 'environment file',
    todo: 'ACM renews by itself while the DNS record of its validation is there and the certificate is in use: compare that record in the hosted zone with the one that ACM names',
    page: 'docs/runbook.md#certificate-expiry',
    appliesTo: (subject) =>
      subject.has(CERTIFICATE) || subject.environment.domain?.certificateArn !== undefined,
    async look(subject, findings) {
      const { domain, recovery, region, recoveryRegion } = subject.environment;
      const [made] = subject.of([CERTIFICATE]);
      const own = await findings.read('the certificate', async () => {
        if (made !== undefined) return subject.ask(made, (deployed, arn) => deployed.certificate(arn));
        return (await subject.in(region)).certificate(domain?.certificateArn ?? '');
      });
      if (own !== undefined) judge(own, subject, findings, region, { inUse: true });
      const spare = recovery.certificateArn;
      if (recoveryRegion === undefined || spare === undefined) return;
      const other = await findings.read(`the certificate in ${recoveryRegion}`, async () =>
        (await subject.in(recoveryRegion)).certificate(spare),
      );
      // Nothing uses it before a recovery, so that nobody renews it.
      if (other !== undefined) judge(other, subject, findings, recoveryRegion, { inUse: false });
    },
  },
  {
    name: 'dns',
    asks: 'Does the domain lead to this environment, by a record that could be changed within minutes?',
    basis: 'environment file',
    todo: 'compare the record of the domain with the addresses above; a record elsewhere than in the hosted zone has to be changed there',
    page: 'docs/architecture.md',
    appliesTo: ({ environment }) => environment.domain !== undefined,
    async look(subject, findings) {
      const { outside } = subject.props;
      const name = subject.environment.domain?.name ?? '';
      const found = await findings.read(`addresses of ${name}`, () => outside.lookUp(name));
      const planned = await entryAddresses(subject, findings);
      if (found === undefined || planned === undefined) return;
      const { addresses, ttl } = found;
      if (addresses.length === 0) return findings.fault(`${name} has no address`);
      // A load balancer answers with some of its addresses, and with others a minute later.
      findings.require(
        addresses.some((address) => planned.includes(address)),
        `${name} leads to ${addresses.join(', ')}`,
        `${name} leads to ${addresses.join(', ')}; the entry has ${planned.join(', ')}`,
      );
      if (ttl > LONGEST_TTL) {
        findings.fault(
          `its record is believed for ${ttl} s; in a recovery users wait that long, ${LONGEST_TTL} s are enough`,
        );
      }
    },
  },
  {
    name: 'https',
    asks: 'Does Odoo answer where its users open it, with a certificate that browsers trust?',
    basis: 'environment file',
    todo: 'open the address yourself, also from elsewhere: allowedCidrs may keep out the place from which this was asked. Then the entry, from outside to inside',
    page: 'docs/runbook.md#the-entry',
    async look(subject, findings) {
      const { domain } = subject.environment;
      const url =
        domain === undefined ? await plainUrl(subject, findings) : `https://${domain.name}/web/health`;
      if (url === undefined) return;
      const page = await findings.read(url, () => subject.props.outside.get(url));
      if (page === undefined) return;
      findings.require(page.status === 200, `${url} answers`, `${url} answers with ${page.status}`);
      if (page.validTo === undefined) return;
      const days = daysUntil(page.validTo, subject);
      const least = subject.plan.tier === 'small' ? SERVER_DAYS : RENEWED_DAYS;
      const text = `its certificate is valid for ${days} days`;
      findings.require(days >= least, text, `${text}; it should be ${least} or more`);
    },
  },
];

function judge(
  certificate: Certificate,
  subject: Subject,
  findings: Findings,
  region: string,
  { inUse }: { readonly inUse: boolean },
): void {
  const name = subject.environment.domain?.name ?? '';
  const { Status, NotAfter, SubjectAlternativeNames, DomainName, InUseBy, RenewalSummary } = certificate;
  findings.expect(`the certificate in ${region}`, Status, 'ISSUED');
  const names = [DomainName, ...SubjectAlternativeNames];
  findings.require(
    names.some((each) => covers(each, name)),
    `it is for ${name}`,
    `it is for ${names.join(', ')}, not for ${name}`,
  );
  if (NotAfter !== undefined) {
    const days = daysUntil(NotAfter, subject);
    const text = `it is valid until ${instant(NotAfter)}, ${days} days`;
    findings.require(days >= RENEWED_DAYS, text, `${text}; it should be ${RENEWED_DAYS} or more`);
  }
  if (inUse && InUseBy.length === 0) findings.fault('nothing uses it, so that ACM does not renew it');
  if (RenewalSummary?.RenewalStatus === 'FAILED') findings.fault('its renewal has failed');
}

/** A star stands for one name. */
function covers(certified: string, name: string): boolean {
  return (
    certified === name || (certified.startsWith('*.') && certified.slice(1) === name.slice(name.indexOf('.')))
  );
}

function daysUntil(moment: Date, { props }: Subject): number {
  return Math.floor((moment.getTime() - props.now.getTime()) / DAY);
}

async function entryAddresses(subject: Subject, findings: Findings): Promise<readonly string[] | undefined> {
  const [balancer] = subject.of([LOAD_BALANCER]);
  if (balancer === undefined) {
    const address = await serverAddress(subject, findings);
    return address === undefined ? undefined : [address];
  }
  return findings.read(`addresses of ${balancer.place}`, () =>
    subject.ask(balancer, async (deployed, arn) => {
      const { DNSName } = await deployed.loadBalancer(arn);
      return (await subject.props.outside.lookUp(DNSName)).addresses;
    }),
  );
}

/** CloudFormation's id of an address is the address. */
async function serverAddress(subject: Subject, findings: Findings): Promise<string | undefined> {
  const [address] = subject.of([ADDRESS], 'Server');
  return address && findings.read(address.place, () => subject.ask(address, async (_, id) => id));
}

/** A trial without a domain. */
async function plainUrl(subject: Subject, findings: Findings): Promise<string | undefined> {
  const address = await serverAddress(subject, findings);
  return address && `http://${address}/web/health`;
}
