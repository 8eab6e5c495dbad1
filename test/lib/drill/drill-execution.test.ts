import { expect, it } from 'vitest';
import { DRILL_RUNNING, FENCED } from '../../../constructs/drill/drill.lambda/errors.mjs';
import { type DescribedDrill, readDrill } from '../../../lib/drill/drill-execution.ts';

const startDate = new Date('2026-12-01T12:00:00Z');

it.each<[DescribedDrill, object]>([
  [{ status: 'RUNNING', input: '{}' }, { status: 'running' }],
  [{ status: 'SUCCEEDED' }, { status: 'succeeded' }],
  [
    { status: 'FAILED', error: 'DrillFailed', cause: 'rows: none' },
    { status: 'failed', why: 'rows: none' },
  ],
  [
    { status: 'FAILED', error: DRILL_RUNNING, cause: '{"errorMessage": "other runs", "errorType": "x"}' },
    { status: 'refused', why: 'other runs' },
  ],
  [
    { status: 'FAILED', error: FENCED, cause: 'prod is fenced' },
    { status: 'refused', why: 'prod is fenced' },
  ],
  [
    { status: 'FAILED', error: DRILL_RUNNING, cause: 'other runs' },
    { status: 'refused', why: 'other runs' },
  ],
  [
    { status: 'FAILED', error: 'States.Runtime', cause: 'no such path' },
    { status: 'broken', why: 'FAILED States.Runtime no such path' },
  ],
  [
    { status: 'ABORTED', cause: 'by hand' },
    { status: 'broken', why: 'ABORTED by hand' },
  ],
  [{ status: 'TIMED_OUT' }, { status: 'broken', why: 'TIMED_OUT' }],
  [
    { status: 'RUNNING', input: '{"cancelled": "arn:before"}' },
    { status: 'running', clears: 'arn:before' },
  ],
  [{ status: 'RUNNING', input: 'not JSON' }, { status: 'running' }],
])('%j', (described, expected) => {
  expect(readDrill({ executionArn: 'arn', startDate, ...described })).toEqual({
    arn: 'arn',
    startedAt: startDate,
    ...expected,
  });
});
