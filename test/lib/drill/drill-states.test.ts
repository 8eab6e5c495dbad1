import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { instancePrefix } from '../../../constructs/drill/drill-names.ts';
import { PHASES } from '../../../lib/cli/drill-phases.ts';
import { withDrill } from '../../constructs/drill/drill.fixture.ts';

/** Names of the states, whatever functions they invoke. */
function statesOf(template: Template): readonly string[] {
  const [machine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
  const text = JSON.stringify(machine?.['Properties']['DefinitionString']);
  return [...text.matchAll(/\\"(Begin[^\\]*)\\":\{/g)].map(([, name = '']) => name);
}

it('the command knows each phase of the state machine, by the name of the state that begins it', () => {
  const states = statesOf(Template.fromStack(withDrill().stack));
  const phases = states.flatMap((name) => /^Begin to (.+)$/.exec(name)?.[1] ?? []);
  expect(phases.toSorted()).toEqual(Object.keys(PHASES).toSorted());
});

it('the name of the database is announced as the state machine makes it', () => {
  expect(instancePrefix('prod')).toBe('prod-drill-');
});
