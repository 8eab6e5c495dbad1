// Entry point. Plain JavaScript, so that what is tested is what runs and synthesis compiles nothing; the clients come with
// the runtime.
import { EFS } from '@aws-sdk/client-efs';
import { createHandlers } from './writable-replica.mjs';

// EFS asks the other Region when a replication ends. Nobody has said how long it waits for one that is lost: what is not answered has
// to be an error here, well before the function's own end.
const efs = new EFS({
  maxAttempts: 3,
  requestHandler: { requestTimeout: 20_000, throwOnRequestTimeout: true },
});

export const { onEvent, isComplete } = createHandlers({
  efs,
  settings: JSON.parse(process.env['SETTINGS'] ?? ''),
  now: () => new Date(),
  // The console would put a time and an id before it.
  log: (line) => void process.stdout.write(`${line}\n`),
});
