import type { DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import { z } from 'zod';
import { jsonText } from './json-text.ts';

/** What the database job is asked for; each kind has fields of its own (constructs/database-job/files/). */
export interface JobRequest {
  readonly kind: 'release' | 'undo' | 'receive' | 'withdraw' | 'hand-over' | 'take-back';
  readonly [field: string]: unknown;
}

/** What an execution of the state machine of `NAME-Release` begins with. */
export interface ReleaseInput {
  readonly request: JobRequest;
  /** The job is stopped then: at most twelve hours from the start. */
  readonly deadline: Date;
}

/** How an execution stands. */
export interface ReleaseExecution {
  readonly status: 'running' | 'succeeded' | 'failed';
  readonly startedAt: Date;
  /** Absent where somebody started it with something else. */
  readonly input?: { readonly kind: string; readonly deadline: Date };
  /** Of the job that ran last; absent while it runs, and where none ran. */
  readonly logStream?: string;
  /** Snapshot of the database that was taken before modules changed. */
  readonly snapshot?: string;
  /** Why it failed, in the words of the state machine, or of AWS where the machine did not come to say it. */
  readonly why?: string;
}

/** The fields of Step Functions' answer that are read. */
export type DescribedExecution = Partial<
  Pick<DescribeExecutionOutput, 'status' | 'startDate' | 'input' | 'output' | 'error' | 'cause'>
>;

const input = jsonText.pipe(
  z.object({
    request: jsonText.pipe(z.object({ kind: z.string() })),
    deadline: z.string().pipe(z.coerce.date()),
  }),
);

/** What the machine says at its end (constructs/database-job/release/release-machine.ts); empty is what there was not. */
const optional = z
  .string()
  .transform((text) => text || undefined)
  .optional();
const succeeded = jsonText.pipe(z.object({ logStream: optional, snapshot: optional }));
const failed = jsonText.pipe(z.object({ why: z.string(), logStream: optional, snapshot: optional }));

/** The text that the state machine takes. */
export function inputText({ request, deadline }: ReleaseInput): string {
  return JSON.stringify({ request: JSON.stringify(request), deadline: deadline.toISOString() });
}

/** What Step Functions' answer means. */
export function readExecution(described: DescribedExecution): ReleaseExecution {
  const { status = '', startDate: startedAt = new Date(0) } = described;
  const given = input.safeParse(described.input);
  const common = {
    startedAt,
    ...(given.success && { input: { kind: given.data.request.kind, deadline: given.data.deadline } }),
  };
  if (status === 'RUNNING') return { status: 'running', ...common };
  if (status === 'SUCCEEDED') {
    return { status: 'succeeded', ...common, ...succeeded.safeParse(described.output).data };
  }
  const { error, cause } = described;
  const said = failed.safeParse(cause);
  return {
    status: 'failed',
    ...common,
    ...(said.success ? said.data : { why: [status, error, cause].filter(Boolean).join(' ') }),
  };
}
