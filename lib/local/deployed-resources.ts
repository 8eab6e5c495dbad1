import { DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { resourcesOf } from '../cloudformation.ts';
import type { LocalAccount } from './local-account.ts';

/** A resource as CloudFormation reports it. */
export interface DeployedResource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  readonly status: string;
}

/** What CloudFormation says about the stacks of one environment. */
export class DeployedResources {
  readonly stacks: readonly Stack[];
  /** Every resource of every stack, except those that the emulator was told to leave out. */
  readonly all: readonly DeployedResource[];
  /** Resources that exist in CloudFormation's books alone; see `emulator/left-out.json`. */
  readonly leftOut: readonly DeployedResource[];

  private constructor(stacks: readonly Stack[], resources: readonly DeployedResource[]) {
    this.stacks = stacks;
    this.leftOut = resources.filter(isLeftOut);
    this.all = resources.filter((resource) => !isLeftOut(resource));
  }

  /** Reads the stacks whose names begin with the environment's. */
  static async read(account: LocalAccount, environment: string): Promise<DeployedResources> {
    const { Stacks = [] } = await account.cloudFormation.send(new DescribeStacksCommand());
    const stacks = Stacks.filter(({ StackName = '' }) => StackName.startsWith(`${environment}-`));
    const resources = await Promise.all(
      stacks.map(({ StackName = '' }) => readResources(account, StackName)),
    );
    return new DeployedResources(stacks, resources.flat());
  }

  /** Those of some stacks. */
  only(stack: (name: string) => boolean): DeployedResources {
    return new DeployedResources(
      this.stacks.filter(({ StackName = '' }) => stack(StackName)),
      [...this.all, ...this.leftOut].filter((resource) => stack(resource.stack)),
    );
  }

  /** Physical ids of all resources of one type. */
  idsOf(type: string): readonly string[] {
    return this.all.filter((resource) => resource.type === type).map(({ physicalId }) => physicalId);
  }

  /** Physical id of the only resource of one type; an error if there is none or another. */
  idOf(type: string): string {
    const [id, ...others] = this.idsOf(type);
    if (id === undefined || others.length > 0) {
      throw new Error(`expected one ${type}, found ${this.idsOf(type).length}`);
    }
    return id;
  }
}

function isLeftOut({ physicalId }: DeployedResource): boolean {
  return physicalId.startsWith('left-out-');
}

async function readResources(account: LocalAccount, stack: string): Promise<DeployedResource[]> {
  const found: DeployedResource[] = [];
  for await (const summary of resourcesOf(account.cloudFormation, stack)) {
    found.push({
      stack,
      logicalId: summary.LogicalResourceId ?? '',
      type: summary.ResourceType ?? '',
      physicalId: summary.PhysicalResourceId ?? '',
      status: summary.ResourceStatus ?? '',
    });
  }
  return found;
}
