import { aws_ec2 as ec2 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Domain } from '../../config/environment.ts';
import { acknowledge } from '../shared/acknowledge.ts';

export interface ServerEntryProps {
  readonly vpc: ec2.IVpc;
  /** IPv4 networks from which Odoo may be reached. */
  readonly allowedCidrs: readonly string[];
}

/** The way in: ports 80 and 443 from the allowed networks, and no other. */
export function createEntry(scope: Construct, { vpc, allowedCidrs }: ServerEntryProps): ec2.SecurityGroup {
  const group = new ec2.SecurityGroup(scope, 'Entry', {
    vpc,
    description: 'HTTP and HTTPS of the Odoo server',
    // Package mirrors, image registry, ACME, mail, banks: Odoo calls wherever its users configure.
    allowAllOutbound: true,
  });
  for (const cidr of allowedCidrs) {
    group.addIngressRule(ec2.Peer.ipv4(cidr), ec2.Port.HTTP, 'redirect to HTTPS, and ACME');
    group.addIngressRule(ec2.Peer.ipv4(cidr), ec2.Port.HTTPS, 'Odoo');
  }
  if (allowedCidrs.includes('0.0.0.0/0')) {
    acknowledge(
      group,
      'AwsSolutions-EC23',
      'The single server is itself the entry of Odoo: its environment allows every IPv4 network to reach nginx on ports 80 and 443, and no other port is open.',
    );
  }
  return group;
}

/** @throws when nobody could issue a certificate for the domain. */
export function refuseUncertifiableDomain(domain: Domain | undefined, allowedCidrs: readonly string[]): void {
  if (domain && !domain.hostedZone && !allowedCidrs.includes('0.0.0.0/0')) {
    throw new Error(
      `nobody can issue a certificate for ${domain.name}: ACME reaches the server neither through a hosted zone nor ` +
        `through port 80, which is open to ${allowedCidrs.join(', ')}; name the hosted zone of the domain or allow 0.0.0.0/0`,
    );
  }
}
