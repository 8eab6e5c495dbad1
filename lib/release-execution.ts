import { z } from 'zod';

/** How an execution of the state machine of `NAME-Release` stands. */
export interface ReleaseState {
  readonly status: 'running' | 'succeeded' | 'failed';
  /** Of the job that ran last. */
  readonly logStream?: string;
  /** Why it failed. */
  readonly cause?: string;
}

/** What the state machine says at its end (constructs/database-job/release/release-machine.ts). */
const succeeded = z.object({ logStream: z.string() });
const failed = z.object({ why: z.string(), logStream: z.string() });

/** What Step Functions' answer means; its cause is JSON where the machine itself failed, and anything else where AWS did. */
export function releaseState(status = '', output?: string, cause?: string): ReleaseState {
  if (status === 'RUNNING') return { status: 'running' };
  if (status === 'SUCCEEDED') {
    const read = succeeded.safeParse(json(output));
    return { status: 'succeeded', logStream: read.success ? read.data.logStream : undefined };
  }
  const read = failed.safeParse(json(cause));
  return read.success
    ? { status: 'failed', cause: read.data.why, logStream: read.data.logStream || undefined }
    : { status: 'failed', cause: cause ?? status };
}

function json(text = ''): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
