import type { Environment } from '../environment.ts';
import { availabilityZonesOf } from '../regions.ts';
import type { NetworkPlan, Tier } from './plan.ts';
import { type Sized, SizingNotes } from './sized.ts';
import { sources } from './sources.ts';

/** Availability Zones and NAT gateways. The zones do not depend on the tier: the network outlives a change of it. */
export function sizeNetwork(environment: Environment, tier: Tier): Sized<NetworkPlan> {
  const notes = new SizingNotes(environment);
  const { network, region } = environment;
  const availabilityZones = notes.because(
    'network.availabilityZones',
    zonesOf(environment),
    network.kind === 'existing'
      ? 'those of the existing network'
      : `three, or two where ${region} gives every account only two`,
    sources.project,
  );
  const natGateways = notes.overridable(
    'network.natGateways',
    { name: 'natGateways', value: environment.overrides.natGateways },
    natGatewaysFor(environment, tier, availabilityZones),
    whyNatGateways(environment, tier),
    sources.project,
  );
  checkNatGateways(notes, environment, tier, natGateways, availabilityZones);
  return notes.sized({ availabilityZones, natGateways });
}

/** Availability Zones that an environment spans. */
export function zonesOf({ network, region }: Pick<Environment, 'network' | 'region'>): number {
  return network.kind === 'existing' ? network.availabilityZones.length : availabilityZonesOf(region);
}

function natGatewaysFor({ network, availability }: Environment, tier: Tier, zones: number): number {
  if (network.kind === 'existing' || tier === 'small') {
    return 0;
  }
  return tier === 'large' && availability === 'multi-az' ? zones : 1;
}

function whyNatGateways({ network, availability }: Environment, tier: Tier): string {
  if (network.kind === 'existing') {
    return 'the existing network has its own way out';
  }
  if (tier === 'small') {
    return 'the server has an address of its own, nothing else needs a way out';
  }
  return tier === 'large' && availability === 'multi-az'
    ? 'one per Availability Zone, so that the loss of a zone cuts off nothing in the others'
    : 'one for all zones: it costs a third; if its zone fails, mail and other outgoing traffic wait';
}

function checkNatGateways(
  notes: SizingNotes,
  { network }: Environment,
  tier: Tier,
  natGateways: number,
  zones: number,
): void {
  const most = network.kind === 'existing' || tier === 'small' ? 0 : zones;
  const least = network.kind === 'existing' || tier === 'small' ? 0 : 1;
  notes.require(
    Number.isInteger(natGateways) && natGateways >= least && natGateways <= most,
    'overrides.natGateways',
    natGateways,
    natGateways < least
      ? 'without a NAT gateway the tasks reach neither the image registry nor the internet'
      : 'more NAT gateways than anything here uses',
    least === most ? `${least}` : `${least} to ${most}`,
    'change overrides.natGateways or leave it out',
  );
}
