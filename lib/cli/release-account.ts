/** What `npm run upgrade` asks of an AWS account and Region; tests have one without AWS. */
export interface ReleaseAccount {
  /** Outputs of a stack by name; undefined if there is no such stack. */
  outputsOf(stack: string): Promise<Readonly<Record<string, string>> | undefined>;
  /** ARN of the execution of a state machine that runs now, if one does. */
  runningExecution(stateMachine: string): Promise<string | undefined>;
  /** Starts an execution and returns its ARN. */
  start(stateMachine: string, name: string, input: string): Promise<string>;
  execution(arn: string): Promise<Execution>;
  /** Lines of a log from a moment on, in milliseconds since 1970, oldest first. */
  logLines(log: Log, since: number): Promise<readonly LogLine[]>;
}

/** An execution as Step Functions describes it. */
export interface Execution {
  readonly status: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly input?: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

export interface Log {
  readonly group: string;
  /** What the names of its streams begin with. */
  readonly streams: string;
}

export interface LogLine {
  /** Unique in the log. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
}

/** The real account, with the credentials that the CDK would use. */
export async function connect(region: string): Promise<ReleaseAccount> {
  // Only now: the other commands start in a fraction of the time that these take to load.
  const [{ CloudFormation }, { CloudWatchLogs }, { SFN }] = await Promise.all([
    import('@aws-sdk/client-cloudformation'),
    import('@aws-sdk/client-cloudwatch-logs'),
    import('@aws-sdk/client-sfn'),
  ]);
  const settings = { region, maxAttempts: 8 };
  const cloudFormation = new CloudFormation(settings);
  const logs = new CloudWatchLogs(settings);
  const sfn = new SFN(settings);
  return {
    async outputsOf(stack) {
      try {
        const { Stacks = [] } = await cloudFormation.describeStacks({ StackName: stack });
        const outputs = Stacks[0]?.Outputs ?? [];
        return Object.fromEntries(
          outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
        );
      } catch (error) {
        if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
        throw error;
      }
    },

    async runningExecution(stateMachineArn) {
      const { executions = [] } = await sfn.listExecutions({ stateMachineArn, statusFilter: 'RUNNING' });
      return executions[0]?.executionArn;
    },

    async start(stateMachineArn, name, input) {
      const { executionArn = '' } = await sfn.startExecution({ stateMachineArn, name, input });
      return executionArn;
    },

    async execution(executionArn) {
      const { status = 'RUNNING', startDate, ...rest } = await sfn.describeExecution({ executionArn });
      return { status, startedAt: startDate?.getTime() ?? 0, ...rest };
    },

    async logLines({ group, streams }, since) {
      const lines: LogLine[] = [];
      let nextToken: string | undefined;
      do {
        const page = await logs.filterLogEvents({
          logGroupName: group,
          logStreamNamePrefix: streams,
          startTime: since,
          nextToken,
        });
        for (const { eventId = '', timestamp = 0, message = '' } of page.events ?? []) {
          lines.push({ id: eventId, at: timestamp, text: message.trimEnd() });
        }
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return lines;
    },
  };
}
