import { describe, expect, it } from 'vitest';
import { type DescribedExecution, inputText, readExecution } from '../../../lib/release/release-execution.ts';

const startDate = new Date('2026-12-01T12:00:00Z');

describe('an execution', () => {
  it.each<[DescribedExecution, object]>([
    [{ status: 'RUNNING' }, { status: 'running' }],
    [
      { status: 'SUCCEEDED', output: '{"task": "arn", "logStream": "job/1", "snapshot": ""}' },
      { status: 'succeeded', logStream: 'job/1' },
    ],
    [{ status: 'SUCCEEDED' }, { status: 'succeeded' }],
    [
      {
        status: 'FAILED',
        error: 'JobFailed',
        cause: '{"why": "exit code 1", "task": "arn", "logStream": "job/1", "snapshot": "odoo-1"}',
      },
      { status: 'failed', why: 'exit code 1', logStream: 'job/1', snapshot: 'odoo-1' },
    ],
    [
      { status: 'FAILED', cause: '{"why": "no capacity", "task": "", "logStream": "", "snapshot": ""}' },
      { status: 'failed', why: 'no capacity' },
    ],
    [
      { status: 'FAILED', error: 'States.Runtime', cause: 'no such path' },
      { status: 'failed', why: 'FAILED States.Runtime no such path' },
    ],
    [
      { status: 'FAILED', cause: '{"reason": 1}' },
      { status: 'failed', why: 'FAILED {"reason": 1}' },
    ],
    [
      { status: 'ABORTED', cause: 'by hand' },
      { status: 'failed', why: 'ABORTED by hand' },
    ],
    [{ status: 'TIMED_OUT' }, { status: 'failed', why: 'TIMED_OUT' }],
  ])('%j', (described, expected) => {
    expect(readExecution({ ...described, startDate })).toEqual({ startedAt: startDate, ...expected });
  });

  it('says what it was started with', () => {
    const deadline = new Date('2026-12-01T18:00:00Z');
    const input = inputText({ request: { kind: 'receive', dump: 'key' }, deadline });
    expect(JSON.parse(input)).toEqual({
      request: '{"kind":"receive","dump":"key"}',
      deadline: '2026-12-01T18:00:00.000Z',
    });
    expect(readExecution({ status: 'RUNNING', input }).input).toEqual({ kind: 'receive', deadline });
  });

  it.each([
    undefined,
    'text',
    '{}',
    '{"request": "{}", "deadline": "2026-12-01T18:00:00Z"}',
    '{"request": "{\\"kind\\": \\"undo\\"}", "deadline": "noon"}',
  ])('started with %s says nothing of it', (input) =>
    expect(readExecution({ status: 'RUNNING', input })).not.toHaveProperty('input'),
  );
});
