import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { CreateSnapshotCommand, EC2Client, waitUntilSnapshotCompleted } from '@aws-sdk/client-ec2';
import { GetCommandInvocationCommand, SendCommandCommand, SSMClient } from '@aws-sdk/client-ssm';
import { setTimeout as sleep } from 'node:timers/promises';
import { GrowthProblem } from '../growth.ts';
import type { EnvironmentStacks } from './stacks.ts';

/** For the dump of the largest database of a single server, and more. */
const LONGEST_SECONDS = 12 * 3600;
/** Until the agent has fetched the command. */
const DELIVERY_SECONDS = 300;
const POLL_MS = 3000;

/** The single server, asked through Run Command of Systems Manager. */
export class RunningServer {
  private readonly stacks: EnvironmentStacks;
  private readonly ssm: SSMClient;
  private readonly region: string;
  private readonly pause: (milliseconds: number) => Promise<unknown>;

  constructor(
    stacks: EnvironmentStacks,
    region: string,
    pause: (milliseconds: number) => Promise<unknown> = sleep,
  ) {
    this.stacks = stacks;
    this.region = region;
    this.pause = pause;
    this.ssm = new SSMClient({ region, maxAttempts: 8 });
  }

  /**
   * Runs `odoo-hand-over` with an option, as root.
   *
   * @returns the last line of what it prints, which is JSON.
   */
  async handOver(option = ''): Promise<unknown> {
    const instance = await this.instance();
    const command = `odoo-hand-over ${option}`.trim();
    const { Command } = await this.ssm.send(
      new SendCommandCommand({
        InstanceIds: [instance],
        DocumentName: 'AWS-RunShellScript',
        Comment: 'npm run grow',
        TimeoutSeconds: DELIVERY_SECONDS,
        Parameters: { commands: [command], executionTimeout: [String(LONGEST_SECONDS)] },
      }),
    );
    const result = await this.outcome(Command?.CommandId ?? '', instance);
    const last = result.StandardOutputContent?.trim().split('\n').at(-1) ?? '';
    if (result.Status !== 'Success') {
      throw new GrowthProblem(
        `${command} on ${instance} ended as ${result.StatusDetails ?? result.Status}: ${(result.StandardErrorContent ?? '').trim().split('\n').at(-1) || last || 'it said nothing'}; mend it and grow again, or go back with --undo`,
      );
    }
    return JSON.parse(last);
  }

  /** Makes a snapshot of the data volume and waits for it. */
  async snapshot(): Promise<string> {
    const client = new EC2Client({ region: this.region });
    const volume = await this.stacks.resource('Server', 'AWS::EC2::Volume', 'ServerDataVolume');
    const { SnapshotId = '' } = await client.send(
      new CreateSnapshotCommand({
        VolumeId: volume,
        Description: `Last state of the data volume of ${this.stacks.nameOf('Server')}`,
      }),
    );
    await waitUntilSnapshotCompleted({ client, maxWaitTime: LONGEST_SECONDS }, { SnapshotIds: [SnapshotId] });
    return SnapshotId;
  }

  /** Whichever it is by now. */
  private async instance(): Promise<string> {
    const client = new AutoScalingClient({ region: this.region });
    const group = await this.stacks.resource('Server', 'AWS::AutoScaling::AutoScalingGroup');
    const { AutoScalingGroups = [] } = await client.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] }),
    );
    const serving = AutoScalingGroups[0]?.Instances?.find(
      ({ LifecycleState }) => LifecycleState === 'InService',
    );
    if (serving?.InstanceId === undefined)
      throw new GrowthProblem(
        'the server is being replaced: wait until the new one is there, then try again',
      );
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
