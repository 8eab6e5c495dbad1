// Entry point of the functions. What is given by the runtime is not packed.
import { S3Client } from '@aws-sdk/client-s3';
import { Signer } from '@aws-sdk/rds-signer';
import { readFileSync } from 'node:fs';
import { createHandlers } from './handlers.ts';
import { MOUNTS } from './mounts.ts';
import { settingsSchema } from './settings.ts';

const settings = settingsSchema.parse(process.env);
const { AWS_REGION: region, DATABASE_USER: username } = settings;

export const { noteManifest, validate, validateFilestore, report, publishProofAge } = createHandlers({
  settings,
  // Whoever reads 100,000 objects is asked to slow down now and then.
  s3: new S3Client({ region, maxAttempts: 8 }),
  // Beside the packed program.
  ca: readFileSync('ca.pem', 'utf8'),
  token: (hostname, port) => new Signer({ region, hostname, port, username }).getAuthToken(),
  now: () => new Date(),
  mounts: MOUNTS,
  // The console would put a time and an id before it.
  log: (line) => void process.stdout.write(`${line}\n`),
});
