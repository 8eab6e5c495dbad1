import { type aws_ec2 as ec2, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Environment } from '../../config/environment.ts';
import { LogKey } from '../../constructs/encryption/log-key.ts';
import type { Network } from '../../constructs/network/network.ts';
import { OdooNetwork } from '../../constructs/network/odoo-network.ts';
import { zoneOf } from '../../constructs/network/zone-of.ts';
import { OdooStack, type OdooStackProps } from './odoo-stack.ts';
import { publish } from './published.ts';

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
    // The same from both sides: a deployment at home would take from an environment that was brought back what it reads here.
    if (recovered) publish(this, placesIn(this.network));
  }
}

/** What other stacks name of a network, where it is made and not brought along. */
function placesIn({
  vpc,
  odooSecurityGroup,
  databaseJobSecurityGroup,
  ...network
}: Network): readonly string[] {
  const of = (selection: ec2.SubnetSelection) => vpc.selectSubnets(selection).subnets;
  const [publicSubnets, appSubnets] = [of(network.publicSubnets), of(network.appSubnets)];
  const places = [
    vpc.vpcId,
    ...[...publicSubnets, ...appSubnets, ...of(network.databaseSubnets)].map(({ subnetId }) => subnetId),
    ...publicSubnets.map(zoneOf),
    ...appSubnets.map(({ routeTable }) => routeTable.routeTableId),
    odooSecurityGroup.securityGroupId,
    databaseJobSecurityGroup.securityGroupId,
  ];
  return places.filter((place) => Token.isUnresolved(place));
}

/** Key of the logs of an environment, and of what it is told of. */
export function logKeyOf(scope: Construct, { mail }: Environment): LogKey {
  const key = new LogKey(scope, 'LogKey');
  if (mail?.kind === 'ses' && mail.identity === 'new') key.admitMailEvents();
  key.admitEvents();
  return key;
}
