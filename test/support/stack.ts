import { App, Stack } from 'aws-cdk-lib';
import { join } from 'node:path';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { ASSEMBLIES } from './assemblies.ts';

let apps = 0;

/** An app with the project's feature flags and without the slow built-in validation. */
export function testApp(): App {
  const assemblies = process.env[ASSEMBLIES];
  return new App({
    outdir: assemblies && join(assemblies, `${process.pid}-${apps++}`),
    context: cdkJson.context,
    builtinCloudFormationValidation: false,
  });
}

/** A bare stack in eu-central-1 that needs no credentials. */
export function testStack(app: App = testApp(), id = 'Test'): Stack {
  return new TestStack(app, id, { env: { region: 'eu-central-1' } });
}

class TestStack extends Stack {
  override get availabilityZones(): string[] {
    return ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'];
  }
}
