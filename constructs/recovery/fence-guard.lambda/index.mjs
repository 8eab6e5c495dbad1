// Entry point. Plain JavaScript, so that what is tested is what runs and synthesis compiles nothing; the clients come with
// the runtime.
import { ApplicationAutoScaling } from '@aws-sdk/client-application-auto-scaling';
import { AutoScaling } from '@aws-sdk/client-auto-scaling';
import { ECS } from '@aws-sdk/client-ecs';
import { S3 } from '@aws-sdk/client-s3';
import { createHandler } from './fence-guard.mjs';

const settings = JSON.parse(process.env['SETTINGS'] ?? '');

export const guard = createHandler({
  clients: {
    applicationAutoScaling: new ApplicationAutoScaling(),
    autoScaling: new AutoScaling(),
    ecs: new ECS(),
    // The fence stands in the other Region.
    s3: new S3({ region: settings.region }),
  },
  settings,
  now: () => new Date(),
});
