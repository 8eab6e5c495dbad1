import type { aws_certificatemanager as acm } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AccessLogBucket } from '../../constructs/access-logs/access-log-bucket.ts';
import { OdooCertificate } from '../../constructs/edge/certificate.ts';
import { askForDnsRecord } from '../../constructs/edge/dns-record.ts';
import { OdooLoadBalancer } from '../../constructs/edge/odoo-load-balancer.ts';
import { OdooWebAcl } from '../../constructs/edge/web-acl.ts';
import type { NetworkStack } from './network-stack.ts';
import { OdooStack, type OdooStackProps } from './odoo-stack.ts';

export interface EdgeStackProps extends OdooStackProps {
  readonly networkStack: NetworkStack;
  /** Put a web application firewall in front. About 14 USD a month and 0.60 USD per million requests. */
  readonly firewall: boolean;
}

/** The entry of medium and large. It knows nothing of the data, so that both are deployed at the same time. */
export class EdgeStack extends OdooStack {
  readonly entry: OdooLoadBalancer;
  readonly certificate: acm.ICertificate;
  /** Absent without a firewall. */
  readonly webAcl?: OdooWebAcl;
  /** Where users reach Odoo. */
  readonly url: string;

  /** @throws if the environment has no domain; the validation of the configuration refuses that before. */
  constructor(scope: Construct, props: EdgeStackProps) {
    super(scope, 'Edge', props, { description: 'load balancer and certificate', stateful: false });
    const { environment, plan, networkStack } = props;
    const { network, logKey } = networkStack;
    const { domain, retention } = environment;
    if (domain === undefined) throw new Error(`a ${plan.tier} environment needs a domain, got none`);

    this.url = `https://${domain.name}`;
    this.certificate = new OdooCertificate(this, 'Certificate', { domain }).certificate;
    this.entry = new OdooLoadBalancer(this, 'Entry', {
      vpc: network.vpc,
      subnets: network.publicSubnets,
      allowedCidrs: environment.allowedCidrs,
      certificate: this.certificate,
      targetSecurityGroup: network.odooSecurityGroup,
      logBucket: new AccessLogBucket(this, 'AccessLogs', {
        writers: 'load-balancer',
        logRetentionDays: retention.logDays,
      }),
      deletionProtection: environment.production,
    });
    if (domain.hostedZone === undefined) askForDnsRecord(this, domain.name, this.entry);
    if (props.firewall) {
      this.webAcl = new OdooWebAcl(this, 'WebAcl', {
        environmentName: environment.name,
        loadBalancer: this.entry.loadBalancer,
        users: plan.users,
        logRetentionDays: retention.logDays,
        logKey,
      });
    }
  }
}
