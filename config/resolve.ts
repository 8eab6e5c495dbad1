import { deepFreeze } from './deep-freeze.ts';
import { defaultsFor, settingsOf, type PartialFile } from './defaults.ts';
import type { Domain, Environment, Mail, NetworkChoice, RecoverySite } from './environment.ts';
import type { Problem, Result } from './problem.ts';
import { allowedNetworkRules } from './rules/allowed-networks.ts';
import { backupRules } from './rules/backup.ts';
import { capacityRules } from './rules/capacity.ts';
import { entryRules, isInZone } from './rules/entry.ts';
import { domainOf as domainOfAddress, mailRules } from './rules/mail.ts';
import { moduleRules } from './rules/modules.ts';
import { networkRules } from './rules/network.ts';
import { WORKFLOWS } from './drill.ts';
import { recoveryRules } from './rules/recovery.ts';
import { recoveryRegionRules } from './rules/recovery-region.ts';
import { recoverySiteRules } from './rules/recovery-site.ts';
import type { Draft, Rule } from './rules/rule.ts';
import { regionRules } from './rules/region.ts';
import { signInRules } from './rules/sign-in.ts';
import { tagRules } from './rules/tags.ts';
import { windowRules } from './rules/windows.ts';
import { environmentFileSchema, type EnvironmentFile } from './schema.ts';
import { describeIssue, problemsOf, valueAt } from './schema/issues.ts';
import { salvage } from './schema/salvage.ts';
import { tierOf } from './sizing/tier.ts';

const rules: readonly Rule[] = [
  entryRules,
  mailRules,
  signInRules,
  moduleRules,
  allowedNetworkRules,
  regionRules,
  networkRules,
  recoveryRules,
  recoveryRegionRules,
  recoverySiteRules,
  backupRules,
  windowRules,
  capacityRules,
  tagRules,
];

/** A change to try without editing the file. */
export interface WhatIf {
  /** Number of users instead of the file's; text as it comes from a command line, or a number. */
  readonly users?: unknown;
}

/**
 * Turns what an environment file exports into an environment without gaps, or says everything that is wrong with it:
 * fields by themselves, and the fields that are right, in what they demand of one another.
 */
export function resolveEnvironment(file: unknown, whatIf: WhatIf = {}): Result<Environment> {
  const changed = withUsers(file, whatIf.users);
  const parsed = environmentFileSchema.safeParse(changed, { error: describeIssue });
  const problems = parsed.success ? [] : problemsOf(environmentFileSchema, changed, parsed.error);
  const draft = draftOf(changed, parsed.success ? parsed.data : salvage(environmentFileSchema, changed));
  problems.push(...rules.flatMap((rule) => rule(draft)));

  if (!parsed.success || problems.length > 0) {
    return { ok: false, problems: problems.map((problem) => under(labelOf(changed), problem)) };
  }
  return { ok: true, value: deepFreeze(environmentOf(parsed.data, draft)) };
}

function draftOf(written: unknown, salvaged: unknown): Draft {
  const file: PartialFile = isObject(salvaged) ? salvaged : {};
  const tier = file.users === undefined ? undefined : tierOf(file.users);
  const context = { production: file.production ?? defaultsFor({ production: false }).production, tier };
  return {
    file,
    tier,
    settings: settingsOf(file, { ...context, region: file.region }),
    isWritten: (path) => valueAt(written, path.split('.')) !== undefined,
  };
}

function environmentOf(file: EnvironmentFile, { settings }: Draft): Environment {
  return {
    name: file.name,
    users: file.users,
    region: file.region,
    account: file.account,
    recoveryRegion: file.recoveryRegion,
    domain: domainOf(file),
    alarmEmail: file.alarmEmail,
    mail: mailOf(file),
    network: networkOf(file),
    recovery: recoveryOf(file),
    ...settings,
  };
}

function domainOf({ domain, hostedZone, certificateArn }: EnvironmentFile): Domain | undefined {
  return domain === undefined ? undefined : { name: domain, hostedZone, certificateArn };
}

function mailOf({ mail, hostedZone, production = false }: EnvironmentFile): Mail | undefined {
  if (mail === undefined) return undefined;
  const { from, ses, relay } = mail;
  const defaults = defaultsFor({ production }).mail;
  const domain = domainOfAddress(from);
  if (relay !== undefined) {
    return {
      kind: 'relay',
      from,
      fromFilter: relay.fromFilter ?? domain,
      host: relay.host,
      port: relay.port ?? defaults.relay.port,
      encryption: relay.encryption ?? defaults.relay.encryption,
      credentialsArn: relay.credentialsArn,
    };
  }
  return {
    kind: 'ses',
    from,
    fromFilter: domain,
    domain,
    hostedZone: hostedZone && isInZone(domain, hostedZone.name) ? hostedZone : undefined,
    identity: ses?.identity ?? defaults.ses.identity,
    accessKeys: ses?.accessKeys ?? defaults.ses.accessKeys,
  };
}

function networkOf({ network, production = false }: EnvironmentFile): NetworkChoice {
  return vpcOf(network, defaultsFor({ production }).network.cidr);
}

function recoveryOf(file: EnvironmentFile): RecoverySite {
  const { network, certificateArn, relayCredentialsArn, dns, drill = {} } = file.recovery ?? {};
  const defaults = defaultsFor({ production: file.production ?? false }).recovery;
  return {
    network: vpcOf(network, networkOf(file).cidr),
    certificateArn,
    relayCredentialsArn,
    dns: dns ?? defaults.dns,
    drill: {
      schedule: drill.schedule ?? defaults.drill.schedule,
      workflows: (drill.workflows ?? WORKFLOWS).map(({ args = [], kwargs = {}, ...workflow }) => ({
        ...workflow,
        args,
        kwargs,
      })),
    },
  };
}

function vpcOf(network: EnvironmentFile['network'], defaultCidr: string): NetworkChoice {
  const { cidr = defaultCidr, vpcId, availabilityZones, ...subnets } = network ?? {};
  const { publicSubnetIds, privateSubnetIds, isolatedSubnetIds } = subnets;
  // The rules see to it that an existing VPC is described completely or not at all.
  return vpcId && availabilityZones && publicSubnetIds && privateSubnetIds && isolatedSubnetIds
    ? {
        kind: 'existing',
        vpcId,
        cidr,
        availabilityZones,
        publicSubnetIds,
        privateSubnetIds,
        isolatedSubnetIds,
      }
    : { kind: 'new', cidr };
}

function withUsers(file: unknown, users: unknown): unknown {
  if (users === undefined || !isObject(file) || Array.isArray(file)) {
    return file;
  }
  const isNumber = typeof users === 'string' && /^-?\d+(\.\d+)?$/.test(users);
  return { ...file, users: isNumber ? Number(users) : users };
}

function labelOf(file: unknown): string {
  const name = valueAt(file, ['name']);
  return typeof name === 'string' && name !== '' ? name : 'environment';
}

function under(label: string, problem: Problem): Problem {
  return { ...problem, path: problem.path === '' ? label : `${label}.${problem.path}` };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
