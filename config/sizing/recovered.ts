import type { Domain, Environment, Mail } from '../environment.ts';
import type { PricedPlan } from './bill-line.ts';
import { monthlyCost } from './cost.ts';
import { sizeNetwork } from './network.ts';
import type { NetworkPlan, RecoveryPlan, Tier } from './plan.ts';
import type { PriceBook } from './prices.ts';
import type { Sized } from './sized.ts';
import { sources } from './sources.ts';

/**
 * An environment as it stands in its recovery Region. What is of the primary Region alone has its counterpart from
 * `recovery`, or none: recovery points are no longer copied to a second account, whose vault is near the primary Region.
 */
export function recoveredEnvironment(environment: Environment, recoveryRegion: string): Environment {
  const { domain, mail, backup, overrides, recovery } = environment;
  return {
    ...environment,
    region: recoveryRegion,
    recoveryRegion: undefined,
    domain: domain && domainThere(domain, recovery),
    mail: mail && mailThere(mail, recovery),
    network: recovery.network,
    backup: { ...backup, secondAccountVaultArn: undefined },
    // The routes of an existing network are its owner's there, even where those of the primary Region are not.
    overrides: recovery.network.kind === 'existing' ? { ...overrides, natGateways: undefined } : overrides,
  };
}

/** Zones and NAT gateways of a recovered environment; everything else is sized as it was. */
export function recoveredNetwork(recovered: Environment, tier: Tier): NetworkPlan {
  return sizeNetwork(recovered, tier).value;
}

/**
 * AWS charges nothing for what is made beforehand: a VPC without NAT gateways, its security groups, a gateway endpoint. Its
 * flow logs are charged by what they take in, and nothing sends or receives there.
 */
const PILOT_LIGHT_USD = 0;

/** What stands in the recovery Region and would stand there, priced like any environment in that Region, and why. */
export function sizeRecovery(
  environment: Environment,
  plan: PricedPlan,
  prices: PriceBook,
): Omit<Sized<RecoveryPlan>, 'problems'> | undefined {
  const region = environment.recoveryRegion;
  if (region === undefined) return undefined;
  const recovered = recoveredEnvironment(environment, region);
  const network = sizeNetwork(recovered, plan.tier);
  const pilotLight = {
    path: 'pilotLightPerMonthUsd',
    value: PILOT_LIGHT_USD,
    because: 'beforehand there is no NAT gateway, and nothing that flow logs could be charged for',
    source: sources.project,
  };
  return {
    value: {
      region,
      network: network.value,
      pilotLightPerMonthUsd: PILOT_LIGHT_USD,
      costPerMonthUsd: monthlyCost(recovered, { ...plan, network: network.value }, prices),
    },
    reasons: [...network.reasons, pilotLight].map((reason) => ({
      ...reason,
      path: `recovery.${reason.path}`,
    })),
  };
}

function domainThere(domain: Domain, { certificateArn }: Environment['recovery']): Domain {
  return { ...domain, certificateArn };
}

function mailThere(mail: Mail, { relayCredentialsArn }: Environment['recovery']): Mail {
  return mail.kind === 'relay' ? { ...mail, credentialsArn: relayCredentialsArn } : mail;
}
