import type { Construct } from 'constructs';
import { NetworkEgress } from '../../constructs/network/network-egress.ts';
import type { NetworkStack } from './network-stack.ts';
import { OdooStack, type OdooStackProps } from './odoo-stack.ts';

export interface EgressStackProps extends OdooStackProps {
  readonly networkStack: NetworkStack;
}

/** The way out of a network that stood in the recovery Region before anything was brought back there. */
export class EgressStack extends OdooStack {
  constructor(scope: Construct, props: EgressStackProps) {
    super(scope, 'Egress', props, { description: 'NAT gateways', stateful: false });
    new NetworkEgress(this, 'Egress', {
      network: props.networkStack.network,
      natGateways: props.plan.network.natGateways,
    });
  }
}
