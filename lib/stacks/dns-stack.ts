import type { Construct } from 'constructs';
import type { Domain } from '../../config/environment.ts';
import { type DnsTarget, OdooDnsRecord } from '../../constructs/edge/dns-record.ts';
import { OdooStack, type OdooStackProps } from './odoo-stack.ts';

export interface DnsStackProps extends OdooStackProps {
  /** With a hosted zone. */
  readonly domain: Domain;
  readonly target: DnsTarget;
}

/**
 * What the domain points at: in small the server, otherwise the load balancer. The same record in every architecture and
 * nothing beside it, so that an environment that grows is switched over, and back, by an update of this one record; and one that was brought
 * back in its recovery Region by a second one there.
 */
export class DnsStack extends OdooStack {
  constructor(scope: Construct, props: DnsStackProps) {
    super(scope, 'Dns', props, { description: 'record of the domain', stateful: false });
    const { environment, recovered } = props;
    new OdooDnsRecord(this, 'DnsRecord', {
      ...props,
      side: recovered ? 'recovery' : 'primary',
      failover: environment.recovery.dns,
    });
  }
}
