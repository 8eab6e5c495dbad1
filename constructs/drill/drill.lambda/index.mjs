// Entry point. The clients come with the runtime and are not packed.
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { ECS } from '@aws-sdk/client-ecs';
import { RDS } from '@aws-sdk/client-rds';
import { S3 } from '@aws-sdk/client-s3';
import { SFN } from '@aws-sdk/client-sfn';
import { createHandlers } from './handlers.mjs';

// The state machine repeats what fails; between two of its attempts lies a while.
const options = { maxAttempts: 8 };

export const { lock, find, clear, readChecks, report, publishAge, sweep } = createHandlers({
  clients: {
    ecs: new ECS(options),
    logs: new CloudWatchLogs(options),
    rds: new RDS(options),
    s3: new S3(options),
    stepFunctions: new SFN(options),
  },
  settings: JSON.parse(process.env['SETTINGS'] ?? ''),
  now: () => new Date(),
  // The console would put a time and an id before it.
  log: (line) => void process.stdout.write(`${line}\n`),
});
