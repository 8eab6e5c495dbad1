import { readFileSync } from 'node:fs';
import { S3Client } from '@aws-sdk/client-s3';
import {
  NOT_BEGUN,
  validate,
  type Validation,
} from '../../constructs/restore-testing/validate-restore.lambda/validation.ts';
import type { Outcome, Task } from './measure-validation.ts';

// One validation from beginning to end, alone in its process, as the function has one to itself.

const { endpoint, s3Endpoint, expected, readAtMost, invocationSeconds }: Task = JSON.parse(
  readFileSync(0, 'utf8'),
);
const s3 = new S3Client({
  region: 'eu-central-1',
  endpoint: s3Endpoint,
  forcePathStyle: true,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
const restored = {
  id: 'bench',
  endpoint: { ...endpoint, password: async () => endpoint.password },
  expected: { ...expected, recoveryPoint: new Date(expected.recoveryPoint) },
  filestore: { s3, bucket: 'filestore', prefix: 'filestore/odoo/', readAtMost },
};

let peakHeap = 0;
const sampling = setInterval(() => (peakHeap = Math.max(peakHeap, process.memoryUsage().heapUsed)), 5);

const started = performance.now();
let validation: Validation = NOT_BEGUN;
let invocations = 0;
while (!validation.done) {
  const end = performance.now() + invocationSeconds * 1000;
  const late = () => performance.now() > end;
  validation = await validate(restored, validation, { now: new Date(), late });
  invocations++;
}
const seconds = (performance.now() - started) / 1000;
clearInterval(sampling);
s3.destroy();

const { user, system } = process.cpuUsage();
const outcome: Outcome = {
  seconds,
  cpuSeconds: (user + system) / 1e6,
  invocations,
  checked: validation.attachments?.checked ?? 0,
  read: validation.attachments?.read ?? 0,
  faults: Object.keys(validation.attachments?.faults ?? {}).length,
  peakHeapMiB: peakHeap / 2 ** 20,
  peakMiB: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(JSON.stringify(outcome));
