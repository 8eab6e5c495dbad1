import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Definition, execute } from '../releases/interpreter/state-machine.ts';
import { errorOf, untilEnded } from '../releases/interpreter/until-ended.ts';
import { resolved } from '../releases/release-template.ts';
import { environmentOf } from '../support/environments.ts';
import { resourcesOf, templatesOf } from '../support/templates.ts';

/** As the template of the single server defines it. */
const definition: Definition = (() => {
  const { Operations = { Resources: {} } } = templatesOf(environmentOf(10));
  const [machine] = resourcesOf({ Operations }, 'AWS::StepFunctions::StateMachine');
  const text = String(resolved(machine?.resource.Properties?.['DefinitionString']));
  return JSON.parse(
    text.replaceAll(/"(\w+)\.Arn"/g, '"arn:aws:lambda:eu-central-1:111122223333:function:$1"'),
  );
})();

const REPORT = { subject: 'Odoo prod in 2026-11: 1 to do', message: 'several\nlines with "quotes"' };

let calls: { readonly state: string; readonly parameters: object }[];
let failures: Readonly<Record<string, number>>;
beforeEach(() => {
  vi.useFakeTimers();
  calls = [];
  failures = {};
});
afterEach(() => vi.useRealTimers());

function call(state: string, _: string, parameters: object): unknown {
  const attempt = calls.filter((made) => made.state === state).length;
  calls.push({ state, parameters });
  if (attempt < (failures[state] ?? 0)) throw new Error('not now');
  return state === 'Write' ? REPORT : {};
}

async function report(): Promise<string | undefined> {
  const run = await execute(definition, {}, { name: 'test', call });
  return untilEnded(errorOf(run.result));
}

it('tells people what the function has returned, as it is, and where to', async () => {
  expect(await report()).toBeUndefined();
  expect(calls.map(({ state }) => state)).toEqual(['Write', 'Tell']);
  expect(calls[1]?.parameters).toEqual({
    TopicArn: expect.stringMatching(/AlarmTopic/),
    Subject: REPORT.subject,
    Message: REPORT.message,
  });
});

it.each(['Write', 'Tell'])(
  'is tried again where %s fails, and fails in the end where it always does',
  async (state) => {
    failures = { [state]: 4 };
    expect(await report()).toBeUndefined();
    calls = [];
    failures = { [state]: 5 };
    expect(await report()).toBeDefined();
    // Nobody is told of a page that is not there.
    expect(calls.map((made) => made.state).includes('Tell')).toBe(state === 'Tell');
  },
);
