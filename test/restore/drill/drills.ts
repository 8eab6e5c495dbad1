import { aws_lambda as lambda, aws_stepfunctions as sfn, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { vi } from 'vitest';
import { drillStates } from '../../../constructs/drill/drill-states.ts';
import { createHandlers } from '../../../constructs/drill/drill.lambda/handlers.mjs';
import type { DrillReport } from '../../../constructs/drill/drill.lambda/report.mjs';
import { type Definition, execute, type Run } from '../../releases/interpreter/state-machine.ts';
import { resolved } from '../../releases/release-template.ts';
import { testStack } from '../../support/stack.ts';
import { CLUSTER, type FakeAws, KEY } from './fake-aws.ts';

const SETTINGS = {
  environment: 'prod',
  bucket: 'audit',
  note: 'watermarks/copies.json',
  lock: 'drills/lock.json',
  reports: 'drills/',
  manifests: 'manifests/',
  encryptionKey: KEY,
  cluster: CLUSTER,
  instancePrefix: 'prod-drill-',
  tag: 'odoo-aws:drill',
  logGroup: 'drill',
  logStreams: 'drill/Check/',
  container: 'Check',
  rtoHours: 4,
  rpoHours: 1,
};

export const VALIDATED = {
  done: true,
  findings: [
    { check: 'rows', passed: true, details: '17' },
    { check: 'modules', passed: true, details: '12 installed' },
  ],
};

export const CHECKED = [
  { check: 'login page', passed: true, details: '200' },
  { check: 'workflow partners', passed: true, details: '3 read' },
];

/** The state machine as CloudFormation would hand it to Step Functions. */
export function drillDefinition(): Definition {
  const stack = testStack();
  const machine = new sfn.StateMachine(stack, 'Machine', {
    definitionBody: sfn.DefinitionBody.fromChainable(
      drillStates(stack, {
        functions: {
          lock: namedFunction(stack, 'lock'),
          find: namedFunction(stack, 'find'),
          clear: namedFunction(stack, 'clear'),
          validate: namedFunction(stack, 'validate'),
          readChecks: namedFunction(stack, 'readChecks'),
          report: namedFunction(stack, 'report'),
        },
        clusterArn: CLUSTER,
        runTask: { TaskDefinition: 'drill' },
        database: {
          instanceClass: 'db.t4g.large',
          subnetGroupName: 'drill',
          parameterGroupName: 'drill',
          securityGroupId: 'sg-1',
        },
      }),
    ),
  });
  const [found] = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'));
  if (found === undefined) throw new Error(`${machine.node.path} is not in its template`);
  return JSON.parse(String(resolved(found['Properties']['DefinitionString'])));
}

function namedFunction(stack: Stack, name: string): lambda.IFunction {
  return lambda.Function.fromFunctionArn(
    stack,
    name,
    `arn:aws:lambda:eu-central-1:111122223333:function:${name}`,
  );
}

export interface Ended {
  readonly arn: string;
  /** Undefined: it succeeded. */
  readonly error: string | undefined;
}

/** Executions of the state machine against one AWS. */
export class Drills {
  readonly states: string[] = [];
  readonly lines: string[] = [];
  validated: object = VALIDATED;
  /** Called before each call, and after it when its effect is there; may throw. */
  before: (state: string, attempt: number) => void = () => {};
  after: (state: string, attempt: number) => void = () => {};
  private readonly definition: Definition;
  private readonly aws: FakeAws;

  constructor(definition: Definition, aws: FakeAws) {
    this.definition = definition;
    this.aws = aws;
  }

  async start(
    name: string,
    input: object = {},
  ): Promise<{ readonly run: Run; readonly ended: Promise<Ended> }> {
    const arn = arnOf(name);
    this.aws.executions.set(arn, 'RUNNING');
    const run = await execute(this.definition, input, { name, call: this.call });
    const ended = run.result.then(
      () => ({ arn, error: undefined }),
      ({ cause }: { cause?: { name: string } }) => ({ arn, error: cause?.name ?? 'aborted' }),
    );
    void ended.then(({ error }) => {
      if (this.aws.executions.get(arn) === 'RUNNING')
        this.aws.executions.set(arn, error === undefined ? 'SUCCEEDED' : 'FAILED');
    });
    return { run, ended };
  }

  async drill(name: string, input: object = {}): Promise<Ended> {
    const { ended } = await this.start(name, input);
    return untilEnded(ended);
  }

  /** As an operator does; Step Functions tells EventBridge, whose rule begins the next execution. */
  abort(name: string, run: Run): void {
    this.aws.executions.set(arnOf(name), 'ABORTED');
    run.abort();
  }

  get reports(): readonly DrillReport[] {
    return [...this.aws.bucket.objects]
      .filter(([key]) => /^drills\/2.*\.json$/.test(key))
      .map(([, { body }]) => JSON.parse(body));
  }

  private readonly call = async (state: string, resource: string, parameters: object): Promise<unknown> => {
    const attempt = this.states.filter((earlier) => earlier === state).length;
    this.states.push(state);
    this.before(state, attempt);
    const answer = await this.answer(resource, { ...parameters });
    this.after(state, attempt);
    return answer;
  };

  private async answer(resource: string, parameters: Record<string, unknown>): Promise<unknown> {
    const [, name] = /:function:(\w+)$/.exec(resource) ?? [];
    if (name === 'validate') return this.validated;
    if (name === undefined) return this.aws.answer(resource.split(':').slice(-2).join(':'), parameters);
    // Each takes what the state machine gives it, which is what is tested.
    return Reflect.apply(Reflect.get(this.handlers, name), undefined, [parameters]);
  }

  private get handlers() {
    return createHandlers({
      clients: this.aws.clients,
      settings: SETTINGS,
      now: () => new Date(),
      log: (line) => void this.lines.push(line),
    });
  }
}

export function arnOf(name: string): string {
  return `arn:aws:states:eu-central-1:111122223333:execution:Release:${name}`;
}

/** Lets hours pass until it is settled. */
export async function untilEnded<T>(promise: Promise<T>): Promise<T> {
  const watch = { over: false };
  void promise.finally(() => (watch.over = true));
  while (!watch.over) await vi.advanceTimersByTimeAsync(10_000);
  return promise;
}
