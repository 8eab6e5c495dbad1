import type { Problem } from '../problem.ts';
import { certificateArnPattern } from '../schema/access.ts';
import type { Draft, Place, Rule } from './rule.ts';

/** How users reach Odoo: a domain, and one way to a certificate for it. */
export const entryRules: Rule = (draft) => [
  ...domainIsThere(draft),
  ...domainIsInItsZone(draft),
  ...certificateHasOneSource(draft),
  ...certificateIsUsable(draft),
  ...certificateCanBeIssued(draft),
];

function domainIsThere({ file, settings, tier, isWritten }: Draft): Problem[] {
  if (isWritten('domain')) {
    return [];
  }
  const orphans: Problem[] = (['hostedZone', 'certificateArn'] as const)
    .filter((field) => isWritten(field))
    .map((field) => ({
      path: field,
      value: file[field],
      message: 'has no domain to serve',
      allowed: 'only together with domain',
      fix: `add domain, or remove ${field}`,
    }));
  const needed =
    tier === 'medium' || tier === 'large'
      ? `is missing: the ${tier} architecture is reached over HTTPS only, and a certificate needs a name`
      : settings.production
        ? 'is missing: without it there is no TLS, which is for trials, not for production'
        : undefined;
  return needed === undefined
    ? orphans
    : [
        {
          path: 'domain',
          value: undefined,
          message: needed,
          allowed: 'a host name; it may be left out only in small and without production',
          fix: "add domain: 'erp.example.com' with your own name, and the hosted zone that it lies in",
        },
        ...orphans,
      ];
}

function domainIsInItsZone({ file: { domain, hostedZone } }: Draft): Problem[] {
  const zone = hostedZone?.name;
  if (domain === undefined || zone === undefined || isInZone(domain, zone)) {
    return [];
  }
  return [
    {
      path: 'domain',
      value: domain,
      message: `lies outside its hosted zone ${zone}, where neither its certificate nor its record could be made`,
      allowed: `${zone} or a name that ends in .${zone}`,
      fix: `choose a name in ${zone}, or set hostedZone to the zone of ${domain}`,
    },
  ];
}

/** Whether a name is that of the zone or below it. */
export function isInZone(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

function certificateHasOneSource({ file, tier, isWritten }: Draft): Problem[] {
  const [zone, certificate] = [isWritten('hostedZone'), isWritten('certificateArn')];
  if (!isWritten('domain') || tier === undefined) {
    return [];
  }
  if (tier === 'small') {
    return certificate
      ? [
          {
            path: 'certificateArn',
            value: file.certificateArn,
            message:
              'has no use in small: the server gets its own certificate by ACME, and ACM hands no keys out',
            allowed: 'medium and large only',
            fix: 'remove certificateArn',
          },
        ]
      : [];
  }
  if (zone && certificate) {
    return [
      {
        path: 'certificateArn',
        value: file.certificateArn,
        message: 'is given together with hostedZone, which already makes a certificate',
        allowed: 'hostedZone or certificateArn',
        fix: 'keep hostedZone when the zone is in this account, otherwise certificateArn',
      },
    ];
  }
  if (!zone && !certificate) {
    return [
      {
        path: 'hostedZone',
        value: undefined,
        message: 'is missing, and so is certificateArn: the load balancer needs a certificate for the domain',
        allowed: 'hostedZone or certificateArn',
        fix: 'add hostedZone: { id, name } when the zone is on Route 53 in this account, otherwise certificateArn',
      },
    ];
  }
  return [];
}

function certificateIsUsable({ file: { certificateArn, region, account } }: Draft): Problem[] {
  return certificateIsInPlace('certificateArn', certificateArn, {
    region,
    account,
    stands: 'the environment is',
  });
}

/** A certificate is of the Region and account of the load balancer that presents it. */
export function certificateIsInPlace(
  path: string,
  arn: string | undefined,
  { region, account, stands }: Place,
): Problem[] {
  const certificate = certificateArnPattern.exec(arn ?? '')?.groups;
  if (certificate === undefined) {
    return [];
  }
  const problems: Problem[] = [];
  if (region !== undefined && certificate.region !== region) {
    problems.push({
      path,
      value: arn,
      message: `is a certificate in ${certificate.region}, but ${stands} in ${region}, and a load balancer takes certificates of its own Region only`,
      allowed: `a certificate in ${region}`,
      fix: `request or import the certificate in ${region} and write its ARN`,
    });
  }
  if (account !== undefined && certificate.account !== account) {
    problems.push({
      path,
      value: arn,
      message: `is a certificate of account ${certificate.account}, but ${stands} in ${account}`,
      allowed: `a certificate of account ${account}`,
      fix: `request or import the certificate in account ${account} and write its ARN`,
    });
  }
  return problems;
}

/** The single server proves to the certificate authority that the domain is its own: in the zone, or on port 80. */
function certificateCanBeIssued({ file: { domain, hostedZone }, settings, tier }: Draft): Problem[] {
  return tier === 'small' &&
    domain !== undefined &&
    hostedZone === undefined &&
    !settings.allowedCidrs.includes('0.0.0.0/0')
    ? [
        {
          path: 'allowedCidrs',
          value: settings.allowedCidrs,
          message: `shut the certificate authority out, so that nobody can issue a certificate for ${domain}`,
          allowed: '0.0.0.0/0, or any networks together with hostedZone',
          fix: 'add the hosted zone of the domain, or allow 0.0.0.0/0',
        },
      ]
    : [];
}
