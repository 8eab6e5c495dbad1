import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import type { EnvironmentStacks } from '../../growth/aws/stacks.ts';
import { FailbackProblem } from '../failback.ts';

const POLL_MS = 5000;

/** An instance ends within minutes; looks at it. */
const LOOKS = 120;

export interface ServerGroupProps {
  readonly stacks: EnvironmentStacks;
  readonly region: string;
  readonly pause: (milliseconds: number) => Promise<unknown>;
}

/**
 * Ends the single server of a Region, and sees that its group launches no other one.
 *
 * @throws FailbackProblem if that is not certain
 */
export async function stopServer({ stacks, region, pause }: ServerGroupProps): Promise<void> {
  const status = await stacks.status('Server');
  // Everything of it is gone, but for what the first creation of a stack leaves of itself.
  if (status === undefined || status === 'ROLLBACK_COMPLETE' || status === 'REVIEW_IN_PROGRESS') return;
  const name = await stacks
    .resource('Server', 'AWS::AutoScaling::AutoScalingGroup')
    .catch((error: unknown) => {
      throw new FailbackProblem(
        `stack ${stacks.nameOf('Server')} is ${status}, and its server cannot be found: wait until it is done, then run --undo again (${String(error)})`,
      );
    });
  const client = new AutoScalingClient({ region });
  await client.send(
    new UpdateAutoScalingGroupCommand({
      AutoScalingGroupName: name,
      MinSize: 0,
      MaxSize: 0,
      DesiredCapacity: 0,
    }),
  );
  for (let look = 0; look < LOOKS; look++) {
    const { AutoScalingGroups: [group] = [] } = await client.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
    );
    if ((group?.Instances ?? []).length === 0) return;
    await pause(POLL_MS);
  }
  throw new FailbackProblem(
    `the server in ${region} was told to end and has not: look at it in EC2, then run --undo again`,
  );
}
