import { execute, type Definition, type Run } from './interpreter/state-machine.ts';
import type { FakeAws } from './fake-aws.ts';

interface Execution {
  readonly name: string;
  readonly input: string;
  readonly run: Run;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  output?: string;
  error?: string;
  cause?: string;
}

/** Input of all calls; each has some of it. */
interface Input {
  readonly stateMachineArn?: string;
  readonly name?: string;
  readonly input?: string;
  readonly executionArn?: string;
  readonly maxResults?: number;
  readonly cause?: string;
}

/** Step Functions with one state machine, whose executions are those of the interpreter. */
export class FakeStepFunctions {
  readonly executions = new Map<string, Execution>();
  private readonly definition: Definition;
  private readonly aws: FakeAws;

  constructor(definition: Definition, aws: FakeAws) {
    this.definition = definition;
    this.aws = aws;
  }

  readonly startExecution = async ({ stateMachineArn = '', name = '', input = '' }: Input) => {
    const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    const known = this.executions.get(executionArn);
    if (known?.status === 'RUNNING' && known.input === input) return { executionArn };
    if (known !== undefined) throw Object.assign(new Error(name), { name: 'ExecutionAlreadyExists' });
    const run = await execute(this.definition, JSON.parse(input), { name, call: this.aws.call });
    const execution: Execution = { name, input, run, status: 'RUNNING' };
    this.executions.set(executionArn, execution);
    void run.result.then(
      (output) => {
        if (execution.status === 'RUNNING') {
          Object.assign(execution, { status: 'SUCCEEDED', output: JSON.stringify(output) });
        }
      },
      ({ cause }) => {
        if (execution.status === 'RUNNING') {
          Object.assign(execution, {
            status: 'FAILED',
            error: cause?.name,
            cause: cause?.cause ?? cause?.message,
          });
        }
      },
    );
    return { executionArn };
  };

  readonly describeExecution = async ({ executionArn = '' }: Input) => {
    const { run: _run, ...description } = this.find(executionArn);
    return description;
  };

  readonly listExecutions = async ({ maxResults }: Input) => ({
    executions: [...this.executions.keys()]
      .toReversed()
      .slice(0, maxResults)
      .map((executionArn) => ({ executionArn })),
  });

  readonly stopExecution = async ({ executionArn = '', cause }: Input) => {
    const execution = this.find(executionArn);
    Object.assign(execution, { status: 'ABORTED', cause });
    execution.run.abort();
  };

  private find(executionArn: string): Execution {
    const found = this.executions.get(executionArn);
    if (found === undefined) throw new Error(`no execution ${executionArn}`);
    return found;
  }
}
