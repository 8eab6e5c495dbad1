import { S3Client } from '@aws-sdk/client-s3';
import { readFileSync } from 'node:fs';
import {
  AttachmentLists,
  compared,
} from '../../constructs/restore-testing/validate-restore.lambda/attachment-lists.ts';
import {
  Database,
  type Endpoint,
} from '../../constructs/restore-testing/validate-restore.lambda/database.ts';

/** What the process is told on its standard input. */
export interface ListsTask {
  readonly endpoint: Omit<Endpoint, 'password'> & { readonly password: string };
  readonly s3Endpoint: string;
  readonly bucket: string;
}

/** What the process says when it has ended. */
export interface ListsOutcome {
  /** Files that were listed, and found again in both lists. */
  readonly files: number;
  readonly kept: number;
  /** Resident, MiB. */
  readonly peakMiB: number;
}

// A list that is written, and two that are compared, alone in a process, as a function has one to itself.

const { endpoint, s3Endpoint, bucket }: ListsTask = JSON.parse(readFileSync(0, 'utf8'));
const s3 = new S3Client({
  region: 'eu-central-1',
  endpoint: s3Endpoint,
  forcePathStyle: true,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
const lists = new AttachmentLists(s3, bucket);
const database = await Database.connect({ ...endpoint, password: async () => endpoint.password });
const files = await lists.keep('before.gz', database);
await lists.keep('now.gz', database);
await database.close();
let kept = 0;
for await (const file of compared(lists.read('before.gz'), lists.read('now.gz'), '')) if (file.kept) kept++;
s3.destroy();
const outcome: ListsOutcome = { files, kept, peakMiB: process.resourceUsage().maxRSS / 1024 };
process.stdout.write(JSON.stringify(outcome));
