import { expect, it } from 'vitest';
import { reportIn } from '../../../lib/staging/aws-releases.ts';

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
