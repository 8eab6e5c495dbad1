import { expect, it } from 'vitest';
import { readReportKey, reportKey } from '../../../constructs/audit/report-key.ts';

const AT = '2026-12-06T09:12:33.120Z';

it.each([
  // As they were before there was more than one kind, and as the single server names its own.
  [`restore-tests/${AT}-passed-7C3F-11.json`, { verdict: 'passed', of: 'database', restore: '7C3F-11' }],
  [`restore-tests/${AT}-failed-server.json`, { verdict: 'failed', of: 'database', restore: 'server' }],
  [`restore-tests/${AT}-failed-unknown.json`, { verdict: 'failed', of: 'database', restore: 'unknown' }],
  [`restore-tests/${AT}-passed-filestore-7C3F.json`, { verdict: 'passed', of: 'filestore', restore: '7C3F' }],
  [`restore-tests/${AT}-passed-volume-server.json`, { verdict: 'passed', of: 'volume', restore: 'server' }],
])('%s says what was tested', (key, said) => {
  expect(readReportKey(key)).toEqual({ at: AT, ...said });
});

it.each([`restore-tests/${AT}-passed-7C3F.html`, 'restore-tests/', `manifests/${AT}.json`])(
  '%s is no report for programs',
  (key) => {
    expect(readReportKey(key)).toBeUndefined();
  },
);

it.each(['database', 'filestore', 'volume'] as const)('the key of a %s is read as it was written', (of) => {
  const key = { at: AT, verdict: 'passed', of, restore: '7C3F' } as const;
  expect(readReportKey(`${reportKey(key)}.json`)).toEqual(key);
});
