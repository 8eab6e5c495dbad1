import type { Domain, Environment, Mail } from '../environment.ts';
import { sizeNetwork } from './network.ts';
import type { NetworkPlan, Tier } from './plan.ts';

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

function domainThere(domain: Domain, { certificateArn }: Environment['recovery']): Domain {
  return { ...domain, certificateArn };
}

function mailThere(mail: Mail, { relayCredentialsArn }: Environment['recovery']): Mail {
  return mail.kind === 'relay' ? { ...mail, credentialsArn: relayCredentialsArn } : mail;
}
