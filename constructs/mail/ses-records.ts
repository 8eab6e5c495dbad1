import {
  aws_route53 as route53,
  CfnOutput,
  Duration,
  type RemovalPolicy,
  type aws_ses as ses,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';

export interface SesRecordsProps {
  readonly identity: ses.EmailIdentity;
  /** Name that bounces go to, a subdomain of the identity's domain that is used for nothing else. */
  readonly returnPath: string;
  /** Region of SES. */
  readonly region: string;
  /**
   * Zone in which the records are made.
   *
   * @default - outputs of the stack say which records to make
   */
  readonly hostedZone?: { readonly id: string; readonly name: string };
  /** That of the identity. */
  readonly removalPolicy: RemovalPolicy;
}

interface DnsRecord {
  /** What the record is for, as part of construct ids. */
  readonly id: string;
  readonly type: 'CNAME' | 'MX' | 'TXT';
  readonly name: string;
  readonly value: string;
}

/**
 * DNS records by which receivers see that SES may send for a domain: three keys of DKIM, and the return path's mail
 * exchanger and SPF.
 *
 * No DMARC record: there can be one for a domain, two count as none, and its policy is about all the mail of a company,
 * not only Odoo's. With DKIM's signature in the name of the domain, Odoo's mail passes whatever it says.
 */
export class SesRecords extends Construct {
  constructor(scope: Construct, id: string, props: SesRecordsProps) {
    super(scope, id);
    for (const record of recordsOf(props)) {
      if (props.hostedZone === undefined) this.askFor(record);
      else this.define(record, props.hostedZone.id, props.removalPolicy);
    }
  }

  private define(
    { id, type, name, value }: DnsRecord,
    hostedZoneId: string,
    removalPolicy: RemovalPolicy,
  ): void {
    const record = new route53.CfnRecordSet(this, id, {
      hostedZoneId,
      name,
      type,
      resourceRecords: [value],
      ttl: Duration.minutes(30).toSeconds().toString(),
    });
    // As long as the identity: without them SES ends its verification after three days.
    record.applyRemovalPolicy(removalPolicy);
  }

  private askFor({ id, type, name, value }: DnsRecord): void {
    new CfnOutput(this, id, {
      value: `${name} ${type} ${value}`,
      description: 'DNS record to create: name, type and value',
    });
  }
}

function recordsOf({ identity, returnPath, region }: SesRecordsProps): readonly DnsRecord[] {
  return [
    ...identity.dkimRecords.map(({ name, value }, index) => ({
      id: `Dkim${index + 1}`,
      type: 'CNAME' as const,
      name,
      value,
    })),
    {
      id: 'ReturnPathMx',
      type: 'MX',
      name: returnPath,
      value: `10 feedback-smtp.${region}.amazonses.com`,
    },
    { id: 'ReturnPathSpf', type: 'TXT', name: returnPath, value: '"v=spf1 include:amazonses.com ~all"' },
  ];
}
