import {
  CloudFormationClient,
  DeleteStackCommand,
  GetTemplateCommand,
  type Stack,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
  waitUntilStackDeleteComplete,
  waitUntilStackUpdateComplete,
} from '@aws-sdk/client-cloudformation';
import { findStack, outputsOf, resourcesOf } from '../../cloudformation.ts';
import type { StackPurpose } from '../cloud.ts';

/** The longest that CloudFormation needs for the deletion of a server, or of services that end their work. */
const WAIT_SECONDS = 3600;

/** The stacks of one environment, as CloudFormation has them. */
export class EnvironmentStacks {
  private readonly client: CloudFormationClient;
  private readonly environment: string;

  constructor(environment: string, region: string) {
    this.client = new CloudFormationClient({ region, maxAttempts: 8 });
    this.environment = environment;
  }

  nameOf(purpose: StackPurpose): string {
    return `${this.environment}-${purpose}`;
  }

  async status(purpose: StackPurpose): Promise<string | undefined> {
    return (await this.find(purpose))?.StackStatus;
  }

  /** @throws if the stack has no such output. */
  async output(purpose: StackPurpose, key: string): Promise<string> {
    const stack = await this.find(purpose);
    const value = stack && outputsOf(stack)[key];
    if (value === undefined) throw new Error(`stack ${this.nameOf(purpose)} has no output ${key}: deploy it`);
    return value;
  }

  /**
   * Physical id of the one resource of a type whose logical id begins so.
   *
   * @throws if there is none, or more than one.
   */
  async resource(purpose: StackPurpose, type: string, begin = ''): Promise<string> {
    const found: (string | undefined)[] = [];
    for await (const resource of resourcesOf(this.client, this.nameOf(purpose))) {
      const { ResourceType, LogicalResourceId = '', PhysicalResourceId } = resource;
      if (ResourceType === type && LogicalResourceId.startsWith(begin)) found.push(PhysicalResourceId);
    }
    const [only] = found;
    if (only === undefined || found.length > 1)
      throw new Error(
        `stack ${this.nameOf(purpose)} has ${found.length} resources ${type} ${begin}, expected one`,
      );
    return only;
  }

  async template(purpose: StackPurpose): Promise<string> {
    const { TemplateBody } = await this.client.send(
      new GetTemplateCommand({ StackName: this.nameOf(purpose), TemplateStage: 'Original' }),
    );
    if (TemplateBody === undefined) throw new Error(`stack ${this.nameOf(purpose)} has no template`);
    return TemplateBody;
  }

  /** With the role, the parameters and the tags that the stack has. */
  async update(purpose: StackPurpose, template: string): Promise<void> {
    const stack = await this.find(purpose);
    try {
      await this.client.send(
        new UpdateStackCommand({
          StackName: this.nameOf(purpose),
          TemplateBody: template,
          Parameters: stack?.Parameters?.map(({ ParameterKey }) => ({
            ParameterKey,
            UsePreviousValue: true,
          })),
          Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
        }),
      );
    } catch (error) {
      // It was brought back before.
      if (error instanceof Error && error.message.includes('No updates are to be performed')) return;
      throw error;
    }
    await waitUntilStackUpdateComplete(
      { client: this.client, maxWaitTime: WAIT_SECONDS },
      { StackName: this.nameOf(purpose) },
    );
  }

  async delete(purpose: StackPurpose): Promise<void> {
    const stack = await this.find(purpose);
    if (stack === undefined) return;
    if (stack.EnableTerminationProtection) {
      await this.client.send(
        new UpdateTerminationProtectionCommand({
          StackName: this.nameOf(purpose),
          EnableTerminationProtection: false,
        }),
      );
    }
    await this.client.send(new DeleteStackCommand({ StackName: this.nameOf(purpose) }));
    // By its id: once it is gone, its name is nobody's.
    await waitUntilStackDeleteComplete(
      { client: this.client, maxWaitTime: WAIT_SECONDS },
      { StackName: stack.StackId },
    );
  }

  private find(purpose: StackPurpose): Promise<Stack | undefined> {
    return findStack(this.client, this.nameOf(purpose));
  }
}
