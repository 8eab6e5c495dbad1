import { environmentOf } from '../support/environments.ts';
import { resourcesOf, type Templates, templatesOf } from '../support/templates.ts';
import type { Definition } from './interpreter/state-machine.ts';

/** Templates of a medium environment. */
export const templates: Templates = templatesOf(environmentOf(40));

/** The state machine of a release as CloudFormation would hand it to Step Functions. */
export function releaseDefinition(): Definition {
  const [machine] = resourcesOf(
    { Release: templates['Release'] ?? { Resources: {} } },
    'AWS::StepFunctions::StateMachine',
  );
  const definition = resolved(machine?.resource.Properties?.['DefinitionString']);
  return JSON.parse(String(definition));
}

/** The one resource of a type, with its logical id. */
export function only(stack: string, type: string) {
  const found = resourcesOf({ [stack]: templates[stack] ?? { Resources: {} } }, type);
  if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} of ${type} in ${stack}`);
  return found[0];
}

/** A template's value with its intrinsic functions replaced by texts that say what they stand for. */
export function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  const [[key = '', argument] = []] = Object.entries(value);
  switch (key) {
    case 'Fn::Join': {
      const [separator, parts]: [string, unknown[]] = argument;
      return parts.map(resolved).join(separator);
    }
    case 'Ref':
      return String(argument);
    case 'Fn::GetAtt':
      return argument.join('.');
    case 'Fn::GetStackOutput':
      return OUTPUTS.find(([pattern]) => pattern.test(argument.OutputName))?.[1] ?? argument.OutputName;
    default:
      return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, resolved(part)]));
  }
}

/** Outputs of other stacks whose form matters. */
const OUTPUTS: readonly (readonly [RegExp, string])[] = [
  [/DatabaseInstance/, 'odoo-00000000-1111-2222-3333-444444444444'],
];
