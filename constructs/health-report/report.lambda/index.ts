// Entry point. The clients come with the runtime.
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { S3 } from '@aws-sdk/client-s3';
import { createHandler } from './report.ts';
import type { Settings } from './settings.ts';

const settings: Settings = JSON.parse(process.env['SETTINGS'] ?? '');
const s3 = new S3();

export const reportHealth = createHandler({
  settings,
  cloudWatch: new CloudWatch(),
  s3,
  s3OfDrills: settings.drills === undefined ? s3 : new S3({ region: settings.drills.region }),
  now: () => new Date(),
  log: (line) => void process.stdout.write(`${line}\n`),
});
