// Entry point of both functions. Plain JavaScript, so that what is tested is what runs and synthesis compiles nothing;
// the clients come with the runtime.
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { ECS } from '@aws-sdk/client-ecs';
import { SFN } from '@aws-sdk/client-sfn';
import { createHandlers } from './run-job.mjs';

// A failed call fails the deployment, so a throttled one is worth more than the three attempts of the default.
const options = { maxAttempts: 8 };

export const { onEvent, isComplete } = createHandlers({
  sfn: new SFN(options),
  ecs: new ECS(options),
  logs: new CloudWatchLogs(options),
  cloudFormation: new CloudFormation(options),
});
