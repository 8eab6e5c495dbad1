import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { CreateSnapshotCommand, EC2Client, waitUntilSnapshotCompleted } from '@aws-sdk/client-ec2';
import { GetCommandInvocationCommand, SendCommandCommand, SSMClient } from '@aws-sdk/client-ssm';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkProblem } from '../../steps/work.ts';
import type { HandedOver, ServerStatus } from '../cloud.ts';
import type { EnvironmentStacks } from './stacks.ts';

/** For the dump of the largest database of a single server, and more. */
const LONGEST_SECONDS = 12 * 3600;
/** Until the agent has fetched the command. */
const DELIVERY_SECONDS = 300;
const POLL_MS = 3000;

export interface RunningServerProps {
  readonly stacks: EnvironmentStacks;
  readonly region: string;
  /** What is done with it, for whoever reads the list of commands: `npm run grow`. */
  readonly purpose: string;
  /** How to go on when a command has failed: `grow again`. */
  readonly again: string;
  readonly Problem: new (message: string) => WorkProblem;
  /** @default - real time, milliseconds */
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

/** The single server, asked through Run Command of Systems Manager. */
export class RunningServer {
  private readonly props: RunningServerProps;
  private readonly ssm: SSMClient;
  private readonly pause: (milliseconds: number) => Promise<unknown>;

  constructor(props: RunningServerProps) {
    this.props = props;
    this.pause = props.pause ?? sleep;
    this.ssm = new SSMClient({ region: props.region, maxAttempts: 8 });
  }

  async status(): Promise<ServerStatus> {
    const status: unknown = JSON.parse(await this.run('odoo-hand-over --status'));
    if (!isStatus(status)) throw new Error(`not a status of the server: ${JSON.stringify(status)}`);
    return status;
  }

  /** Stops its Odoo for good and saves everything. */
  async handOver(): Promise<HandedOver> {
    const handedOver: unknown = JSON.parse(await this.run('odoo-hand-over'));
    if (!isHandedOver(handedOver)) throw new Error(`not a handover: ${JSON.stringify(handedOver)}`);
    return handedOver;
  }

  /** Its Odoo serves again. */
  async takeBack(): Promise<void> {
    await this.run('odoo-hand-over --take-back');
  }

  /**
   * Runs a command, as root.
   *
   * @returns the last line of what it prints.
   */
  async run(command: string): Promise<string> {
    const { purpose, again, Problem } = this.props;
    const instance = await this.instance();
    const { Command } = await this.ssm.send(
      new SendCommandCommand({
        InstanceIds: [instance],
        DocumentName: 'AWS-RunShellScript',
        Comment: purpose,
        TimeoutSeconds: DELIVERY_SECONDS,
        Parameters: { commands: [command], executionTimeout: [String(LONGEST_SECONDS)] },
      }),
    );
    const result = await this.outcome(Command?.CommandId ?? '', instance);
    const last = result.StandardOutputContent?.trim().split('\n').at(-1) ?? '';
    if (result.Status !== 'Success') {
      throw new Problem(
        `${command} on ${instance} ended as ${result.StatusDetails ?? result.Status}: ${(result.StandardErrorContent ?? '').trim().split('\n').at(-1) || last || 'it said nothing'}; mend it and ${again}, or go back with --undo`,
      );
    }
    return last;
  }

  /** Makes a snapshot of the data volume and waits for it. */
  async snapshot(): Promise<string> {
    const { stacks, region } = this.props;
    const client = new EC2Client({ region });
    const volume = await stacks.resource('Server', 'AWS::EC2::Volume', 'ServerDataVolume');
    const { SnapshotId = '' } = await client.send(
      new CreateSnapshotCommand({
        VolumeId: volume,
        Description: `Last state of the data volume of ${stacks.nameOf('Server')}`,
      }),
    );
    await waitUntilSnapshotCompleted({ client, maxWaitTime: LONGEST_SECONDS }, { SnapshotIds: [SnapshotId] });
    return SnapshotId;
  }

  /** Whichever it is by now. */
  private async instance(): Promise<string> {
    const { stacks, region, Problem } = this.props;
    const client = new AutoScalingClient({ region });
    const group = await stacks.resource('Server', 'AWS::AutoScaling::AutoScalingGroup');
    const { AutoScalingGroups = [] } = await client.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] }),
    );
    const serving = AutoScalingGroups[0]?.Instances?.find(
      ({ LifecycleState }) => LifecycleState === 'InService',
    );
    if (serving?.InstanceId === undefined)
      throw new Problem('the server is being replaced: wait until the new one is there, then try again');
    return serving.InstanceId;
  }

  private async outcome(command: string, instance: string) {
    for (;;) {
      await this.pause(POLL_MS);
      try {
        const found = await this.ssm.send(
          new GetCommandInvocationCommand({ CommandId: command, InstanceId: instance }),
        );
        if (!['Pending', 'InProgress', 'Delayed', 'Cancelling'].includes(found.Status ?? '')) return found;
      } catch (error) {
        // For a moment after it was sent.
        if (!(error instanceof Error && error.name === 'InvocationDoesNotExist')) throw error;
      }
    }
  }
}

function isStatus(value: unknown): value is ServerStatus {
  return has(value, 'databaseBytes', 'base', 'backupAges', 'handedOver');
}

function isHandedOver(value: unknown): value is HandedOver {
  return has(value, 'dump', 'manifest', 'dumpBytes', 'seconds');
}

function has(value: unknown, ...fields: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && fields.every((field) => field in value);
}
