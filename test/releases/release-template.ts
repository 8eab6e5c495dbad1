import { environmentOf } from '../support/environments.ts';
import { resourcesOf, type Templates, templatesOf } from '../support/templates.ts';
import type { Definition } from './interpreter/state-machine.ts';

/** Identifier of the RDS instance, which has the id of its stack in it. */
export const DATABASE_INSTANCE = 'odoo-00000000-1111-2222-3333-444444444444';

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

interface Intrinsic {
  readonly Ref?: string;
  readonly 'Fn::Join'?: readonly [string, readonly unknown[]];
  readonly 'Fn::GetAtt'?: readonly string[];
  readonly 'Fn::GetStackOutput'?: { readonly OutputName: string };
}

/** A template's value with its intrinsic functions replaced by texts that say what they stand for. */
export function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  const intrinsic: Intrinsic = value;
  const { Ref, 'Fn::Join': join, 'Fn::GetAtt': attribute, 'Fn::GetStackOutput': output } = intrinsic;
  if (Ref !== undefined) return Ref;
  if (join !== undefined) return join[1].map(resolved).join(join[0]);
  if (attribute !== undefined) return attribute.join('.');
  if (output !== undefined) {
    // The one output of another stack whose form matters.
    return output.OutputName.includes('DatabaseInstance') ? DATABASE_INSTANCE : output.OutputName;
  }
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, resolved(part)]));
}
