import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { z } from 'zod';
import { type ReleaseState, releaseState } from '../release-execution.ts';
import type { JobReport, ReleaseInput, Releases } from './cloud.ts';

const reportLine = z.object({
  databaseJob: z.object({
    outcome: z.string(),
    error: z.string().optional(),
    warnings: z.array(z.string()).default([]),
    changed: z.array(z.string()).default([]),
    rows: z.number().optional(),
    tables: z.number().optional(),
    neutralized: z.array(z.string()).optional(),
    attachments: z.object({ checked: z.number(), absent: z.number() }).optional(),
    seconds: z.number().optional(),
  }),
});

/** The state machine of a release (AWS Step Functions), and what its job wrote into CloudWatch Logs. */
export class AwsReleases implements Releases {
  private readonly machines: SFNClient;
  private readonly logs: CloudWatchLogsClient;

  constructor(region: string) {
    this.machines = new SFNClient({ region });
    this.logs = new CloudWatchLogsClient({ region });
  }

  async start(stateMachine: string, name: string, input: ReleaseInput): Promise<string> {
    const { executionArn = '' } = await this.machines.send(
      new StartExecutionCommand({ stateMachineArn: stateMachine, name, input: JSON.stringify(input) }),
    );
    return executionArn;
  }

  async look(execution: string): Promise<ReleaseState> {
    const { status, output, cause } = await this.machines.send(
      new DescribeExecutionCommand({ executionArn: execution }),
    );
    return releaseState(status, output, cause);
  }

  async report(logGroup: string, logStream: string): Promise<JobReport | undefined> {
    const { events = [] } = await this.logs.send(
      new GetLogEventsCommand({
        logGroupName: logGroup,
        logStreamName: logStream,
        startFromHead: false,
        limit: 50,
      }),
    );
    return reportIn(events.map(({ message = '' }) => message));
  }
}

/** The report of the database job among the lines of its log. */
export function reportIn(lines: readonly string[]): JobReport | undefined {
  for (const line of lines.toReversed()) {
    const read = reportLine.safeParse(json(line));
    if (read.success) return read.data.databaseJob;
  }
  return undefined;
}

function json(text = ''): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
