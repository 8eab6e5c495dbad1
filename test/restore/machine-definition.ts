import type { FilestoreKind } from '../../config/environment.ts';
import type { Definition } from '../releases/interpreter/state-machine.ts';
import { resolved } from '../releases/release-template.ts';
import { environmentOf } from '../support/environments.ts';
import { resourcesOf, templatesOf } from '../support/templates.ts';

/** The state machine of restore tests in medium, as the template defines it. */
export function machineOf(filestore: FilestoreKind): Definition {
  const storage = { growthPerYear: 0.3, filestoreGiB: 10, floorGiB: 0, filestore };
  const { Backup = { Resources: {} } } = templatesOf(environmentOf(40, { storage }));
  const [machine] = resourcesOf({ Backup }, 'AWS::StepFunctions::StateMachine');
  const text = String(resolved(machine?.resource.Properties?.['DefinitionString']));
  // The ARN of a function, as the interpreter wants to see one.
  return JSON.parse(
    text.replaceAll(/"(\w+)\.Arn"/g, '"arn:aws:lambda:eu-central-1:111122223333:function:$1"'),
  );
}
