import type { Construct } from 'constructs';
import type { Environment } from '../../config/environment.ts';
import { LogKey } from '../../constructs/encryption/log-key.ts';
import type { Network } from '../../constructs/network/network.ts';
import { OdooNetwork } from '../../constructs/network/odoo-network.ts';
import { OdooStack, type OdooStackProps } from './odoo-stack.ts';

export interface NetworkStackProps extends OdooStackProps {
  /** @default - a key of its own */
  readonly logKey?: LogKey;
}

/** Where everything stands, and the key of its logs. The same in every architecture but for the NAT gateways. */
export class NetworkStack extends OdooStack {
  readonly network: Network;
  readonly logKey: LogKey;

  constructor(scope: Construct, props: NetworkStackProps) {
    // Everything else stands in it, and its logs are unreadable without its key.
    super(scope, 'Network', props, { description: 'network', stateful: true });
    const { environment, plan, recovered } = props;
    this.logKey = props.logKey ?? logKeyOf(this, environment);
    this.network = new OdooNetwork(this, 'Network', {
      network: environment.network,
      natGateways: plan.network.natGateways,
      // The same before a recovery and after it: both sides deploy this stack.
      natGatewaysAre: recovered ? 'elsewhere' : 'here',
      // Image Builder launches its machine there, and has no setting for an address.
      publicAddressesByDefault: environment.server.goldenImage !== undefined,
      logKey: this.logKey,
      logRetentionDays: environment.retention.logDays,
    });
  }
}

/** Key of the logs of an environment, and of what it is told of. */
export function logKeyOf(scope: Construct, { mail }: Environment): LogKey {
  const key = new LogKey(scope, 'LogKey');
  if (mail?.kind === 'ses' && mail.identity === 'new') key.admitMailEvents();
  key.admitEvents();
  return key;
}
