// Entry point. Plain JavaScript, so that what is tested is what runs and synthesis compiles nothing; the clients come with
// the runtime.
import { RDS } from '@aws-sdk/client-rds';
import { S3 } from '@aws-sdk/client-s3';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { createHandler } from './restore-point.mjs';
import { createSecretsHandler } from './secrets.mjs';

// A failed call fails the deployment, so a throttled one is worth more than the three attempts of the default.
const options = { maxAttempts: 8 };

const clients = {
  rds: new RDS(options),
  s3: new S3(options),
  secrets: new SecretsManager(options),
  fetch: (/** @type {string} */ url) =>
    fetch(url, { signal: AbortSignal.timeout(10_000), redirect: 'manual' }),
};

const settings = JSON.parse(process.env['SETTINGS'] ?? '');

export const onRestorePoint = createHandler({ clients, settings, now: () => new Date() });

export const onSecrets = createSecretsHandler({
  clients,
  settings,
  sleep: (milliseconds) => new Promise((resolve) => void setTimeout(resolve, milliseconds)),
});
