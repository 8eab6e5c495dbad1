import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Drills, CHECKED, drillDefinition } from './drills.ts';
import { FakeAws } from './fake-aws.ts';

const definition = drillDefinition();

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
  drills = new Drills(definition, aws);
});
afterEach(() => vi.useRealTimers());

it('restores, validates, runs Odoo, removes all of it and reports', async () => {
  expect(await drills.drill('one')).toMatchObject({ error: undefined });
  expect([...new Set(drills.states)]).toEqual([
    'Take lock',
    'Clear leftovers',
    'Find point',
    'Restore database',
    'Look at database',
    'Validate',
    'Start Odoo',
    'Look at Odoo',
    'Read checks',
    'Tear down',
    'Report',
  ]);
  expect(aws.left).toEqual([]);
  expect(drills.reports).toMatchObject([{ outcome: 'passed' }]);
});
