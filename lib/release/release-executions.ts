import { CloudWatchLogs, ResourceNotFoundException } from '@aws-sdk/client-cloudwatch-logs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Executions } from '../executions.ts';
import { type JobReport, reportIn } from './job-report.ts';
import { inputText, readExecution, type ReleaseExecution, type ReleaseInput } from './release-execution.ts';

/** CloudWatch Logs shows a line some seconds after it was written. */
const LOOKS_FOR_REPORT = 6;
const MS_BETWEEN_LOOKS = 5000;

/** The report is the last line; what ends the container may say something after it. */
const LAST_LINES = 50;

/** The logs of a job's tasks. */
export interface JobLog {
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

/**
 * The executions of the state machine of a stack `NAME-Release` (AWS Step Functions), and what its job wrote into CloudWatch
 * Logs, with the credentials that the AWS CLI would use.
 *
 * Loads AWS's libraries: what starts without them imports this when it is needed.
 */
export class ReleaseExecutions {
  private readonly executions: Executions;
  private readonly logs: CloudWatchLogs;
  private readonly pause: (milliseconds: number) => Promise<unknown>;

  constructor(region: string, pause: (milliseconds: number) => Promise<unknown> = sleep) {
    this.executions = new Executions(region);
    // It is looked at for hours, and one refusal for too many requests must not end that.
    this.logs = new CloudWatchLogs({ region, maxAttempts: 8 });
    this.pause = pause;
  }

  /**
   * Starts an execution, and nothing twice under the same name.
   *
   * @returns its ARN
   */
  start(stateMachineArn: string, name: string, input: ReleaseInput): Promise<string> {
    return this.executions.start(stateMachineArn, name, inputText(input));
  }

  async look(executionArn: string): Promise<ReleaseExecution> {
    return readExecution(await this.executions.describe(executionArn));
  }

  /** ARN of the execution that runs now, the latest if there are several. */
  async running(stateMachineArn: string): Promise<string | undefined> {
    const [latest] = await this.executions.running(stateMachineArn);
    return latest;
  }

  /** The report of the job that an execution ran last; undefined if it wrote none. Waits half a minute for one. */
  async report(
    { logStream }: Pick<ReleaseExecution, 'logStream'>,
    logGroup: string,
  ): Promise<JobReport | undefined> {
    if (logStream === undefined) return undefined;
    for (let look = 1; ; look++) {
      const report = reportIn(await this.lastLines(logGroup, logStream));
      if (report !== undefined || look === LOOKS_FOR_REPORT) return report;
      await this.pause(MS_BETWEEN_LOOKS);
    }
  }

  /** Lines of a log from a moment on, in milliseconds since 1970, oldest first. */
  async logLines({ group, streams }: JobLog, since: number): Promise<readonly LogLine[]> {
    const lines: LogLine[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.logs.filterLogEvents({
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
  }

  private async lastLines(logGroupName: string, logStreamName: string): Promise<readonly string[]> {
    let nextToken: string | undefined;
    try {
      for (;;) {
        const { events = [], nextBackwardToken } = await this.logs.getLogEvents({
          logGroupName,
          logStreamName,
          limit: LAST_LINES,
          nextToken,
        });
        // A page may be empty although there are older lines; the token that does not change says that there are none.
        if (events.length > 0 || nextBackwardToken === nextToken) {
          return events.map(({ message = '' }) => message);
        }
        nextToken = nextBackwardToken;
      }
    } catch (error) {
      // A task whose container never ran has a name for its log, and no log.
      if (error instanceof ResourceNotFoundException) return [];
      throw error;
    }
  }
}
