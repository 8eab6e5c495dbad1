// Entry point of the functions. What is given by the runtime is not packed.
import { S3 } from '@aws-sdk/client-s3';
import { Signer } from '@aws-sdk/rds-signer';
import { readFileSync } from 'node:fs';
import { createHandlers, type Settings } from './handlers.ts';

const settings: Settings = JSON.parse(process.env['SETTINGS'] ?? '');
const { host: hostname, port, user: username } = settings;

export const { maintainDatabase, publishAge } = createHandlers({
  settings,
  s3: new S3(),
  // Beside the packed program.
  ca: readFileSync('ca.pem', 'utf8'),
  token: () =>
    new Signer({ region: process.env['AWS_REGION'] ?? '', hostname, port, username }).getAuthToken(),
  statements: {
    staleTables: readFileSync('stale-tables.sql', 'utf8'),
    look: readFileSync('look.sql', 'utf8'),
  },
  now: () => new Date(),
  // The console would put a time and an id before it.
  log: (line) => void process.stdout.write(`${line}\n`),
});
