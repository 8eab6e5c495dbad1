import { expect, it } from 'vitest';
import { reportIn } from '../../../lib/release/job-report.ts';

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

it('of a database that was received says what was restored and compared', () => {
  const received = {
    dumpBytes: 10,
    tables: 2,
    rows: 3,
    seconds: { download: 1, restore: 2, comparison: 3.5, attachments: 0 },
  };
  const line = JSON.stringify({ databaseJob: { outcome: 'succeeded', received: { ...received, users: 4 } } });
  expect(reportIn([line])?.received).toEqual(received);
});
