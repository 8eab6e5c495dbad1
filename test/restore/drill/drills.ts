import { Template } from 'aws-cdk-lib/assertions';
import { createHandlers, type Settings } from '../../../constructs/drill/drill.lambda/handlers.mjs';
import type { DrillReport } from '../../../constructs/drill/drill.lambda/report.mjs';
import { type Definition, execute, type Run } from '../../releases/interpreter/state-machine.ts';
import { untilEnded as untilSettled } from '../../releases/interpreter/until-ended.ts';
import { resolved } from '../../releases/release-template.ts';
import { withDrill } from '../../constructs/drill/drill.fixture.ts';
import type { FakeAws } from './fake-aws.ts';

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

/** What is deployed: the state machine as CloudFormation would hand it to Step Functions, and the functions. */
export interface Deployed {
  readonly definition: Definition;
  /** What a function of the definition exports, by its logical id. */
  readonly exports: ReadonlyMap<string, string>;
  readonly settings: Settings;
}

/** @param drill - that of RDS unless another one is named. */
export function deployedDrill(drill = withDrill()): Deployed {
  const template = Template.fromStack(drill.stack);
  const [machine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
  const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
  const text = String(resolved(machine?.['Properties']['DefinitionString']));
  const settings = functions.map(([, { Properties }]) =>
    resolved(Properties['Environment']['Variables']['SETTINGS']),
  );
  return {
    // The ARN of a function, as the interpreter wants to see one.
    definition: JSON.parse(
      text.replaceAll(/"(\w+)\.Arn"/g, '"arn:aws:lambda:eu-central-1:111122223333:function:$1"'),
    ),
    exports: new Map(
      functions.map(([id, { Properties }]) => [id, String(Properties['Handler']).replace('index.', '')]),
    ),
    settings: JSON.parse(settings.find((found) => typeof found === 'string') ?? ''),
  };
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
  private readonly deployed: Deployed;
  private readonly aws: FakeAws;

  constructor(deployed: Deployed, aws: FakeAws) {
    this.deployed = deployed;
    this.aws = aws;
  }

  async start(
    name: string,
    input: object = {},
  ): Promise<{ readonly run: Run; readonly ended: Promise<Ended> }> {
    const arn = arnOf(name);
    this.aws.executions.set(arn, 'RUNNING');
    const run = await execute(this.deployed.definition, input, { name, call: this.call });
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

  /** As the rule does each hour. */
  sweep(): Promise<readonly string[]> {
    return this.handlers.sweep();
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
    const [, id] = /:function:(\w+)$/.exec(resource) ?? [];
    const name = id && this.deployed.exports.get(id);
    if (name === 'validate') return this.validated;
    if (name === undefined) return this.aws.answer(resource.split(':').slice(-2).join(':'), parameters);
    // Each takes what the state machine gives it, which is what is tested.
    return Reflect.apply(Reflect.get(this.handlers, name), undefined, [parameters]);
  }

  private get handlers() {
    return createHandlers({
      clients: this.aws.clients,
      settings: this.deployed.settings,
      now: () => new Date(),
      log: (line) => void this.lines.push(line),
    });
  }
}

export function arnOf(name: string): string {
  return `arn:aws:states:eu-central-1:111122223333:execution:Release:${name}`;
}

/** Hours pass in a drill. */
export function untilEnded<T>(promise: Promise<T>): Promise<T> {
  return untilSettled(promise, 10_000);
}
