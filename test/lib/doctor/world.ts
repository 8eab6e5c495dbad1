import type { PlannedEnvironment } from '../../../config/load.ts';
import { quotaNeeds } from '../../../config/sizing/quota-needs.ts';
import type { ExpectedResource, ExpectedStack } from '../../../lib/doctor/subject.ts';
import { healthyThing } from './healthy-things.ts';
import { part, type Thing } from './thing.ts';
import type { Refusal } from '../../support/aws-wire.ts';
import { ACCOUNT, physicalIdOf } from './physical-ids.ts';

/** When everything here is looked at. */
export const NOW = new Date('2026-11-30T03:12:40Z');

export interface WorldStack {
  StackStatus: string;
  EnableTerminationProtection: boolean;
  template: string;
  region: string;
  resources: {
    LogicalResourceId: string;
    PhysicalResourceId: string;
    ResourceType: string;
    ResourceStatus: string;
  }[];
}

/**
 * An account in which an environment is deployed as its templates say, and in which all is well. Made of the templates, so that
 * it says what AWS would say of them as they are today. Tests change one thing in it.
 */
export class World {
  account = ACCOUNT;
  readonly stacks: Record<string, WorldStack> = {};
  /** Answers of the services, by Region and physical id, in the words of the service. */
  readonly things = new Map<string, Thing>();
  /** What CloudFormation finds changed by hand, by the logical id. */
  readonly drifted = new Map<string, Thing>();
  maintenance: Thing[] = [];
  engineVersion: Thing = { Status: 'available', ValidUpgradeTarget: [] };
  /** By Region and code. */
  readonly quotas = new Map<string, number>();
  mailAccount: Record<string, Thing> = {};
  mailIdentity: Thing;
  /** Instance types and classes that are offered. */
  isOffered = true;
  /** What is refused, by the action of IAM or the Region. */
  readonly refused = new Map<string, Refusal>();
  /** Addresses of names, pages by address. */
  names: Record<string, string[]> = {};
  ttl = 60;
  pages: Record<string, { status: number; validTo?: Date } | Error> = {};

  constructor(planned: PlannedEnvironment, stacks: readonly ExpectedStack[]) {
    const { environment, plan } = planned;
    for (const stack of stacks) this.deploy(stack, stacks, planned);
    for (const { region, code, needed } of quotaNeeds(environment, plan)) {
      // As many as it takes, and not one more.
      this.quotas.set(`${region} ${code}`, Math.max(needed, this.quotas.get(`${region} ${code}`) ?? 0));
    }
    for (const region of [environment.region, environment.recoveryRegion ?? '']) {
      this.mailAccount[region] = {
        ProductionAccessEnabled: true,
        SendingEnabled: true,
        EnforcementStatus: 'HEALTHY',
      };
    }
    this.mailIdentity = {
      VerifiedForSendingStatus: true,
      DkimAttributes: { SigningEnabled: true, Status: 'SUCCESS' },
      MailFromAttributes: { MailFromDomain: 'bounce.example.com', MailFromDomainStatus: 'SUCCESS' },
    };
    const entry = plan.tier === 'small' ? ['203.0.113.10'] : ['198.51.100.1', '198.51.100.2'];
    const domain = environment.domain?.name ?? '';
    this.names = { [domain]: entry.slice(0, 1), 'entry.elb.amazonaws.com': entry };
    this.pages = {
      [`https://${domain}/web/health`]: { status: 200, validTo: new Date('2027-01-30T00:00:00Z') },
    };
  }

  /** The one thing of that type, or the first whose logical id begins with some letters. */
  thing(type: string, begins = ''): Thing {
    for (const [name, { region, resources }] of Object.entries(this.stacks)) {
      const found = resources.find(
        (each) => each.ResourceType === type && each.LogicalResourceId.startsWith(begins),
      );
      const thing = found && this.things.get(`${region} ${found.PhysicalResourceId}`);
      if (thing !== undefined) return thing;
      if (found !== undefined) throw new Error(`${name} has a ${type} of which nobody says anything`);
    }
    throw new Error(`no ${type} ${begins}`);
  }

  /** A stack by the end of its name. */
  stack(purpose: string): WorldStack {
    const found = Object.entries(this.stacks).find(([name]) => name.endsWith(`-${purpose}`))?.[1];
    if (found === undefined) throw new Error(`no stack ${purpose}`);
    return found;
  }

  private deploy(stack: ExpectedStack, all: readonly ExpectedStack[], planned: PlannedEnvironment): void {
    const entries = Object.entries(stack.resources);
    this.stacks[stack.name] = {
      StackStatus: 'UPDATE_COMPLETE',
      EnableTerminationProtection: stack.terminationProtection,
      // CloudFormation keeps no other letters.
      template: JSON.stringify(asDeployed(stack)).replaceAll(/[\u{80}-\u{10ffff}]/gu, '?'),
      region: stack.region,
      resources: entries.map(([id, resource]) => ({
        LogicalResourceId: id,
        PhysicalResourceId: physicalIdOf(stack, id, resource),
        ResourceType: resource.Type,
        ResourceStatus: 'CREATE_COMPLETE',
      })),
    };
    for (const [id, resource] of entries) {
      const thing = healthyThing({
        id: physicalIdOf(stack, id, resource),
        resource,
        idOf: (logicalId) => idIn(stack, logicalId),
        first: (type) => firstOf(all, type),
        planned,
        now: NOW,
      });
      if (thing !== undefined) this.things.set(`${stack.region} ${physicalIdOf(stack, id, resource)}`, thing);
    }
  }
}

function idIn(stack: ExpectedStack, logicalId: string): string {
  const resource = stack.resources[logicalId];
  if (resource === undefined) throw new Error(`${stack.name} has no ${logicalId}`);
  return physicalIdOf(stack, logicalId, resource);
}

function firstOf(stacks: readonly ExpectedStack[], type: string): string | undefined {
  for (const stack of stacks) {
    const found = Object.entries(stack.resources).find(
      ([, { Type }]: readonly [string, ExpectedResource]) => Type === type,
    );
    if (found !== undefined) return idIn(stack, found[0]);
  }
  return undefined;
}

/** The command line of the CDK adds where a resource comes from. */
function asDeployed({ name, template }: ExpectedStack): Thing {
  const whole: Thing = { ...Object(template) };
  const resources: Thing = {};
  for (const [id, resource] of Object.entries(part(whole, 'Resources'))) {
    const Metadata = { ...part(resource, 'Metadata'), 'aws:cdk:path': `${name}/${id}/Resource` };
    resources[id] = { ...part(resource), Metadata };
  }
  return { ...whole, Resources: resources };
}
