import { App, Stack } from 'aws-cdk-lib';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import cdkJson from '../../cdk.json' with { type: 'json' };

/** Assemblies of this test process. The CDK would leave each in the temporary directory for good. */
const ASSEMBLIES = mkdtempSync(join(tmpdir(), 'odoo-aws-test-'));
process.on('exit', () => rmSync(ASSEMBLIES, { recursive: true, force: true }));

let apps = 0;

/** An app with the project's feature flags and without the slow built-in validation. */
export function testApp(): App {
  return new App({
    outdir: join(ASSEMBLIES, `${apps++}`),
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
