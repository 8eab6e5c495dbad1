import type { DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import { z } from 'zod';
import { DRILL_RUNNING, FENCED } from '../../constructs/drill/drill.lambda/errors.mjs';
import { jsonText } from '../release/json-text.ts';

/** How an execution of the state machine of a drill stands. */
export interface DrillExecution {
  readonly arn: string;
  /**
   * `refused`: another drill ran, or the environment is fenced. `failed`: it did not prove what it should, and has torn down. `broken`: somebody stopped it, or
   * it broke off; another execution tears down.
   */
  readonly status: 'running' | 'succeeded' | 'failed' | 'refused' | 'broken';
  readonly startedAt: Date;
  /** ARN of the execution that was cancelled, after which this one only clears. Absent in a drill. */
  readonly clears?: string;
  /** Why it did not succeed. */
  readonly why?: string;
}

/** The fields of Step Functions' answer that are read. */
export type DescribedDrill = Partial<
  Pick<DescribeExecutionOutput, 'executionArn' | 'status' | 'startDate' | 'input' | 'error' | 'cause'>
>;

/** What the state machine ends with when it has come to its own end. */
const DRILL_FAILED = 'DrillFailed';

const input = jsonText.pipe(z.object({ cancelled: z.string() }));

/** What Step Functions' answer means. */
export function readDrill(described: DescribedDrill): DrillExecution {
  const { executionArn: arn = '', status, startDate: startedAt = new Date(0), error, cause } = described;
  const given = input.safeParse(described.input);
  const common = { arn, startedAt, ...(given.success && { clears: given.data.cancelled }) };
  if (status === 'RUNNING') return { ...common, status: 'running' };
  if (status === 'SUCCEEDED') return { ...common, status: 'succeeded' };
  if (status === 'FAILED' && error === DRILL_FAILED) {
    return { ...common, status: 'failed', why: saidIn(cause) };
  }
  if (status === 'FAILED' && (error === DRILL_RUNNING || error === FENCED)) {
    return { ...common, status: 'refused', why: saidIn(cause) };
  }
  return { ...common, status: 'broken', why: [status, error, cause].filter(Boolean).join(' ') };
}

const ofFunction = jsonText.pipe(z.object({ errorMessage: z.string() }));

/** The error of a function is JSON, and its message is what a person reads. */
function saidIn(cause = ''): string {
  const said = ofFunction.safeParse(cause);
  return said.success ? said.data.errorMessage : cause;
}
