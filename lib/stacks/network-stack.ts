import type { Construct } from 'constructs';
import { LogKey } from '../../constructs/encryption/log-key.ts';
import type { Network } from '../../constructs/network/network.ts';
import { OdooNetwork } from '../../constructs/network/odoo-network.ts';
import { OdooStack, type OdooStackProps } from './odoo-stack.ts';

/** Where everything stands, and the key of its logs. The same in every architecture but for the NAT gateways. */
export class NetworkStack extends OdooStack {
  readonly network: Network;
  readonly logKey: LogKey;

  constructor(scope: Construct, props: OdooStackProps) {
    // Everything else stands in it, and its logs are unreadable without its key.
    super(scope, 'Network', props, { description: 'network', stateful: true });
    const { environment, plan } = props;
    this.logKey = new LogKey(this, 'LogKey');
    if (environment.mail?.kind === 'ses' && environment.mail.identity === 'new')
      this.logKey.admitMailEvents();
    this.logKey.admitEvents();
    this.network = new OdooNetwork(this, 'Network', {
      network: environment.network,
      natGateways: plan.network.natGateways,
      // Image Builder launches its machine there, and has no setting for an address.
      publicAddressesByDefault: environment.server.goldenImage !== undefined,
      logKey: this.logKey,
      logRetentionDays: environment.retention.logDays,
    });
  }
}
