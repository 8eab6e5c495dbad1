import { type DescribeExecutionOutput, type HistoryEvent, SFN } from '@aws-sdk/client-sfn';

/** The most that one call returns. */
const EVENTS = 1000;

/**
 * The executions of state machines (AWS Step Functions) of one Region, with the credentials that the AWS CLI would use.
 *
 * Loads AWS's libraries: what starts without them imports this when it is needed.
 */
export class Executions {
  private readonly client: SFN;

  constructor(region: string) {
    // They are looked at for hours, and one refusal for too many requests must not end that.
    this.client = new SFN({ region, maxAttempts: 8 });
  }

  /**
   * Starts an execution.
   *
   * @param name unique for the machine, of letters, digits and single hyphens. With it, a start whose answer was lost and that
   * is repeated starts nothing twice.
   * @returns its ARN
   */
  async start(stateMachineArn: string, name: string, input: string): Promise<string> {
    const { executionArn = '' } = await this.client.startExecution({ stateMachineArn, name, input });
    return executionArn;
  }

  describe(executionArn: string): Promise<DescribeExecutionOutput> {
    return this.client.describeExecution({ executionArn });
  }

  /** ARNs of the executions that run now, the latest first. */
  async running(stateMachineArn: string): Promise<readonly string[]> {
    const { executions = [] } = await this.client.listExecutions({
      stateMachineArn,
      statusFilter: 'RUNNING',
    });
    return executions.map(({ executionArn = '' }) => executionArn);
  }

  /**
   * What an execution did after an event, in its order, without the data of its states. Read from the end: an execution that
   * waits for hours has thousands of events, and all but the last were read before.
   *
   * @param after id of the last event that is known, from 1; 0: none is.
   */
  async eventsAfter(executionArn: string, after: number): Promise<readonly HistoryEvent[]> {
    const found: HistoryEvent[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.client.getExecutionHistory({
        executionArn,
        reverseOrder: true,
        includeExecutionData: false,
        maxResults: EVENTS,
        nextToken,
      });
      const fresh = (page.events ?? []).filter(({ id = 0 }) => id > after);
      found.push(...fresh);
      nextToken = fresh.length < (page.events?.length ?? 0) ? undefined : page.nextToken;
    } while (nextToken !== undefined);
    return found.toReversed();
  }
}
