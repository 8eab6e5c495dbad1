import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readDrill } from '../../../lib/drill/drill-execution.ts';
import { isReport, readDrillReport } from '../../../lib/drill/drill-report.ts';
import { arnOf, CHECKED, deployedDrill, Drills, untilEnded } from './drills.ts';
import { FakeAws } from './fake-aws.ts';

// What `npm run drill` reads is what the state machine and its functions leave.

const deployed = deployedDrill();
let aws: FakeAws;
let drills: Drills;
beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-30T12:00:00Z') });
  aws = new FakeAws();
  aws.log = [JSON.stringify({ drillFindings: CHECKED })];
  void aws.bucket.putObject({
    Key: 'watermarks/copies.json',
    Body: JSON.stringify({ filestore: { until: '2026-11-30T11:45:30.500Z' } }),
  });
  drills = new Drills(deployed, aws);
});
afterEach(() => vi.useRealTimers());

/** Of all objects in the bucket, the oldest first. */
function reportsRead() {
  return [...aws.bucket.objects]
    .filter(([key]) => isReport(key, 'drills/'))
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([, { body }]) => readDrillReport(body));
}

it('of a drill that passed, of one that failed, and of one that was cancelled', async () => {
  await drills.drill('one');
  drills.before = (state) => {
    if (state === 'Find point') throw Object.assign(new Error('no'), { name: 'AccessDenied' });
  };
  const failed = await drills.drill('two');
  await drills.drill('three', { cancelled: arnOf('two') });
  expect(reportsRead().map(({ execution, outcome }) => [execution, outcome])).toEqual([
    [arnOf('one'), 'passed'],
    [arnOf('two'), 'failed'],
    [arnOf('three'), 'cancelled'],
  ]);
  expect(readDrill({ status: 'FAILED', error: failed.error }).status).toBe('failed');
});

it('of a drill that could not take its lock', async () => {
  drills.before = (state) => {
    if (state === 'Take lock') throw Object.assign(new Error('no'), { name: 'AccessDenied' });
  };
  await drills.drill('one');
  expect(reportsRead().map(({ execution, outcome }) => [execution, outcome])).toEqual([
    [arnOf('one'), 'failed'],
  ]);
});

it('that another drill refuses has none, and ends as the command knows it', async () => {
  const first = await drills.start('one');
  await vi.advanceTimersByTimeAsync(60_000);
  const refused = await drills.drill('two');
  expect(readDrill({ status: 'FAILED', error: refused.error }).status).toBe('refused');
  await untilEnded(first.ended);
  expect(reportsRead().map(({ execution }) => execution)).toEqual([arnOf('one')]);
});
