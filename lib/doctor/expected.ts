import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { PlannedEnvironment } from '../../config/load.ts';
import { addEnvironments, createApp } from '../odoo-app.ts';
import type { ExpectedStack } from './subject.ts';

const template = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
});

/** The stacks that this checkout makes of an environment, as `cdk deploy` would deploy them. Asks nothing of AWS. */
export async function expectedStacks(planned: PlannedEnvironment): Promise<readonly ExpectedStack[]> {
  const outdir = await mkdtemp(join(tmpdir(), 'odoo-aws-doctor-'));
  try {
    const app = createApp({ outdir });
    addEnvironments(app, [planned]);
    return app
      .synth()
      .stacks.map(({ stackName, environment, terminationProtection = false, template: json }) => ({
        name: stackName,
        region: environment.region,
        terminationProtection,
        template: json,
        resources: template.parse(json).Resources,
      }));
  } finally {
    await rm(outdir, { recursive: true, force: true });
  }
}
