import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { setTimeout as sleep } from 'node:timers/promises';
import { releaseState } from '../../release-execution.ts';
import type { Received, ReceiveRequest } from '../cloud.ts';
import { GrowthProblem } from '../growth.ts';
import type { EnvironmentStacks } from './stacks.ts';

/** After this the job is stopped. */
const LONGEST_MS = 12 * 3600 * 1000;
const POLL_MS = 5000;

/** The database job of the new side, run by the state machine of the stack Release. */
export class ReceivingJob {
  private readonly stacks: EnvironmentStacks;
  private readonly machines: SFNClient;
  private readonly logs: CloudWatchLogsClient;

  constructor(stacks: EnvironmentStacks, region: string) {
    this.stacks = stacks;
    this.machines = new SFNClient({ region, maxAttempts: 8 });
    this.logs = new CloudWatchLogsClient({ region });
  }

  async receive(request: ReceiveRequest): Promise<Received> {
    return this.report(await this.run({ kind: 'receive', ...request }));
  }

  async withdraw(): Promise<void> {
    await this.run({ kind: 'withdraw' });
  }

  /**
   * Runs the job. One that an interrupted growth left running is waited for by the job itself: two never work at once.
   *
   * @returns name of its log stream.
   */
  private async run(request: object): Promise<string> {
    const { executionArn } = await this.machines.send(
      new StartExecutionCommand({
        stateMachineArn: await this.stacks.output('Release', 'StateMachine'),
        input: JSON.stringify({
          request: JSON.stringify(request),
          deadline: new Date(Date.now() + LONGEST_MS).toISOString(),
        }),
      }),
    );
    for (;;) {
      await sleep(POLL_MS);
      const { status, output, cause } = await this.machines.send(
        new DescribeExecutionCommand({ executionArn }),
      );
      const state = releaseState(status, output, cause);
      if (state.status === 'succeeded' && state.logStream !== undefined) return state.logStream;
      if (state.status !== 'running') {
        throw new GrowthProblem(
          `the database job did not succeed: ${state.cause ?? 'it names no log'}; mend it and grow again, or go back with --undo`,
        );
      }
    }
  }

  /** The job's own account, among the last lines of its log. */
  private async report(logStreamName: string): Promise<Received> {
    const { events = [] } = await this.logs.send(
      new GetLogEventsCommand({
        logGroupName: await this.stacks.output('Release', 'JobLogGroup'),
        logStreamName,
        limit: 20,
      }),
    );
    const line = events.findLast(({ message }) => message?.startsWith('{"databaseJob"'))?.message;
    if (line === undefined) throw new GrowthProblem(`log stream ${logStreamName} has no report: grow again`);
    return JSON.parse(line).databaseJob.received;
  }
}
