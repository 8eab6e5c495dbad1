/** A state machine as its template defines it, as far as the tests look into it. */
export interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

export interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Seconds?: number;
  readonly Retry?: readonly { readonly MaxAttempts?: number }[];
  /** States that are run for each item, of a state of the type Map. */
  readonly ItemProcessor?: Pick<Definition, 'States'>;
}

/** One call of a service, with the parameters that a state made of its input. */
export type Call = (state: string, resource: string, parameters: object) => unknown;

export interface Run {
  /** The output; rejects with an error whose cause has the name and the cause of the failure. */
  readonly result: Promise<unknown>;
  readonly abort: () => void;
}

interface Interpreter {
  readonly StateMachine: new (definition: Definition) => {
    run(
      input: unknown,
      options: {
        readonly context: object;
        readonly overrides: {
          readonly taskResourceLocalHandlers: Readonly<Record<string, (input: object) => unknown>>;
        };
      },
    ): Run;
  };
}

// The one thing of Node 22 that the interpreter uses.
if (!('withResolvers' in Promise)) {
  Object.assign(Promise, {
    withResolvers() {
      const handles = {};
      const promise = new Promise((resolve, reject) => Object.assign(handles, { resolve, reject }));
      return { promise, ...handles };
    },
  });
}

/** Where the interpreter is, kept from the compiler: its folder has a manifest of its own. */
const PACKAGE = './node_modules/aws-local-stepfunctions/build/main.node.esm.js';

/**
 * Executes a state machine as Step Functions does: paths, intrinsic functions, choices, waits, repetitions, catches. Waits
 * and the time of a state are those of the test's clock, so a test with fake timers decides how fast twelve hours pass.
 * Every call of a service goes to `call`.
 *
 * @throws if the definition is not valid.
 */
export async function execute(
  definition: Definition,
  input: unknown,
  { name, call }: { readonly name: string; readonly call: Call },
): Promise<Run> {
  const { StateMachine }: Interpreter = await import(/* @vite-ignore */ PACKAGE);
  const tasks = allStates(definition).filter(([, { Type }]) => Type === 'Task');
  const handlers = tasks.map(([state, { Resource = '' }]) => [
    state,
    (parameters: object) => call(state, Resource, parameters),
  ]);
  const context = {
    Execution: {
      Id: `arn:aws:states:eu-central-1:111122223333:execution:Release:${name}`,
      Name: name,
    },
    State: {
      get EnteredTime() {
        return new Date().toISOString();
      },
    },
  };
  return new StateMachine(definition).run(input, {
    context,
    overrides: { taskResourceLocalHandlers: Object.fromEntries(handlers) },
  });
}

function allStates({ States }: Pick<Definition, 'States'>): [string, State][] {
  return Object.entries(States).flatMap(([name, state]) => [
    [name, state] satisfies [string, State],
    ...(state.ItemProcessor === undefined ? [] : allStates(state.ItemProcessor)),
  ]);
}
