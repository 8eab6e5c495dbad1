import { describe, expect, it } from 'vitest';
import { releaseState } from '../../lib/release-execution.ts';

describe('the state machine of a release', () => {
  it.each([
    ['RUNNING', undefined, undefined, { status: 'running' }],
    [
      'SUCCEEDED',
      '{"task": "arn", "logStream": "job/1", "snapshot": ""}',
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
