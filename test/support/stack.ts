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

/** A bare stack that needs no credentials. */
export function testStack(app: App = testApp(), id = 'Test', region = 'eu-central-1'): Stack {
  return new TestStack(app, id, { env: { region } });
}

class TestStack extends Stack {
  override get availabilityZones(): string[] {
    return ['a', 'b', 'c'].map((zone) => `${this.region}${zone}`);
  }
}
