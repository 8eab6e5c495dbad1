// Entry point. Plain JavaScript, so that what is tested is what runs and synthesis compiles nothing; the clients come with
// the runtime.
import { Backup } from '@aws-sdk/client-backup';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { EFS } from '@aws-sdk/client-efs';
import { RDS } from '@aws-sdk/client-rds';
import { S3 } from '@aws-sdk/client-s3';
import { createHandler } from './watch-copies.mjs';

export const watchCopies = createHandler({
  clients: {
    backup: new Backup(),
    cloudWatch: new CloudWatch(),
    efs: new EFS(),
    rds: new RDS(),
    s3: new S3(),
  },
  settings: JSON.parse(process.env['SETTINGS'] ?? ''),
  now: () => new Date(),
  // The console would put a time and an id before it.
  log: (line) => void process.stdout.write(`${line}\n`),
});
