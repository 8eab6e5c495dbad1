import { describe, expect, it } from 'vitest';
import { releaseState, reportIn } from '../../../lib/staging/aws-releases.ts';

describe('the state machine of a release', () => {
  it.each([
    ['RUNNING', undefined, undefined, { status: 'running' }],
    [
      'SUCCEEDED',
      '{"task": {"arn": "arn", "logStream": "job/1"}}',
      undefined,
      { status: 'succeeded', logStream: 'job/1' },
    ],
    ['SUCCEEDED', undefined, undefined, { status: 'succeeded' }],
    [
      'FAILED',
      undefined,
      '{"why": "exit code 1", "task": "arn", "logStream": "job/1", "snapshot": ""}',
      { status: 'failed', cause: 'exit code 1', logStream: 'job/1' },
    ],
    [
      'FAILED',
      undefined,
      '{"why": "no capacity", "task": "", "logStream": ""}',
      { status: 'failed', cause: 'no capacity' },
    ],
    ['ABORTED', undefined, 'by hand', { status: 'failed', cause: 'by hand' }],
    ['TIMED_OUT', undefined, undefined, { status: 'failed', cause: 'TIMED_OUT' }],
  ])('%s %s %s', (status, output, cause, expected) => {
    expect(releaseState(status, output, cause)).toEqual(expected);
  });
});

it('the report is the last line of the log that is one', () => {
  const lines = [
    'database job: receive',
    '{"other": 1}',
    '{"databaseJob": {"outcome": "failed", "error": "why"}}',
    'end',
    '',
  ];
  expect(reportIn(lines)).toEqual({ outcome: 'failed', error: 'why', warnings: [], changed: [] });
  expect(reportIn(['{"databaseJob": 1}', 'not JSON {'])).toBeUndefined();
});
