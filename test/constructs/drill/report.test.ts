import { describe, expect, it } from 'vitest';
import { lastPassed } from '../../../constructs/drill/drill.lambda/age.mjs';
import { htmlOf } from '../../../constructs/drill/drill.lambda/page.mjs';
import {
  type DrillState,
  messageOf,
  reportOf,
  saidIn,
} from '../../../constructs/drill/drill.lambda/report.mjs';
import { FakeBucket } from '../../restore/drill/fake-bucket.ts';

const SETTINGS = { environment: 'prod', rtoHours: 4, rpoHours: 1 };
const NOW = new Date('2026-11-30T14:00:00Z');

const passed = (check: string) => ({ check, passed: true, details: 'seen' });
const failed = (check: string) => ({ check, passed: false, details: '<b>broken</b>' });
const at = (time: string) => ({ begun: `2026-11-30T${time}Z` });

const STATE: DrillState = {
  execution: 'arn:execution',
  begun: '2026-11-30T12:00:00Z',
  cancelled: '',
  times: {
    clear: at('12:00:00'),
    find: at('12:10:00'),
    restore: at('12:11:00'),
    validate: at('12:41:00'),
    serve: at('12:51:00'),
    teardown: at('13:00:00'),
  },
  drill: { id: '1', instance: 'prod-drill-1' },
  point: { arn: 'arn:backup', time: '2026-11-30T11:55:00Z' },
  validation: { findings: [passed('rows'), passed('modules')] },
  checks: { findings: [passed('login page'), passed('workflow partners')] },
  cleared: { removed: ['prod-drill-1'], left: [] },
  failure: {},
};

const of = (changes: Partial<DrillState> = {}) => reportOf({ ...STATE, ...changes }, SETTINGS, NOW);

describe('a report', () => {
  it('has the four steps of a drill, with what was found of each', () => {
    expect(of().sections.map(({ title, findings }) => [title, findings.map(({ check }) => check)])).toEqual([
      ['Restored', ['rows']],
      ['Modules load', ['modules', 'login page']],
      ['Critical workflows answer', ['workflow partners']],
      ['Time', ['recovery time', 'recovery point']],
    ]);
  });

  it('measures without what was cleared before and torn down after', () => {
    expect(of()).toMatchObject({ outcome: 'passed', recoverySeconds: 50 * 60, lostSeconds: 15 * 60 });
    expect(of().phases).toEqual([
      { phase: 'clear', seconds: 600 },
      { phase: 'find', seconds: 60 },
      { phase: 'restore', seconds: 1800 },
      { phase: 'validate', seconds: 600 },
      { phase: 'serve', seconds: 540 },
      { phase: 'teardown', seconds: 3600 },
    ]);
  });

  it('of a drill that did not reach Odoo has no recovery time, and says what was not reached', () => {
    const { serve: _, ...times } = STATE.times;
    const report = of({
      times,
      checks: {},
      failure: { Error: 'Timeout', Cause: '{"errorMessage": "too slow"}' },
    });
    expect(report.recoverySeconds).toBeUndefined();
    expect(report.outcome).toBe('failed');
    expect(report.issues).toEqual([
      'while it was to validate: Timeout: too slow',
      'Odoo: the drill did not come that far',
      'critical workflows answer: the drill did not come that far',
      'recovery time: not measured',
    ]);
    expect(report.sections.map((section) => section.passed)).toEqual([true, false, false, false]);
  });

  it('of a drill that could not even take the lock says so', () => {
    const report = of({
      times: {},
      drill: {},
      point: {},
      validation: {},
      checks: {},
      failure: { Error: 'Denied', Cause: 'no' },
    });
    expect(report.issues[0]).toBe('before anything was begun: Denied: no');
    expect(report).toMatchObject({ id: 'unknown', outcome: 'failed', phases: [] });
  });

  it.each<[string, Partial<DrillState>]>([
    ['what came back is damaged', { validation: { findings: [failed('rows')] } }],
    ['a module does not load', { validation: { findings: [passed('rows'), failed('modules')] } }],
    [
      'a workflow does not answer',
      { checks: { findings: [passed('login page'), failed('workflow partners')] } },
    ],
    ['nothing was validated', { validation: { findings: [] } }],
    ['something is left behind', { cleared: { removed: [], left: ['prod-drill-1'] } }],
  ])('has failed, if %s', (_, changes) => {
    expect(of(changes).outcome).toBe('failed');
    expect(of(changes).issues).not.toEqual([]);
  });

  it('after a cancellation has no steps, and has failed if something is left', () => {
    const cancelled = { cancelled: 'arn:other', checks: {}, validation: {} };
    expect(of(cancelled)).toMatchObject({ outcome: 'cancelled', sections: [], issues: [] });
    expect(of({ ...cancelled, cleared: { removed: [], left: ['x'] } }).outcome).toBe('failed');
  });

  it('in a line says how long it took, or what went wrong', () => {
    expect(messageOf(of())).toBe('recovered in 50.0 minutes with a loss of 15.0 minutes');
    expect(messageOf(of({ validation: { findings: [failed('rows')] } }))).toContain('rows: <b>broken</b>');
    const many = { findings: Array.from({ length: 200 }, () => failed('rows')) };
    expect(messageOf(of({ validation: many }))).toHaveLength(1000);
  });
});

describe('the page', () => {
  it('shows what failed before what passed, and nothing of a database as HTML', () => {
    const page = htmlOf(of({ validation: { findings: [passed('first'), failed('second')] } }));
    expect(page.indexOf('second')).toBeLessThan(page.indexOf('first'));
    expect(page).toContain('&lt;b&gt;broken&lt;/b&gt;');
    expect(page).not.toContain('<b>broken');
    expect(page).toContain('NOT proven');
  });

  it('numbers the four steps, and has times and what was made', () => {
    const page = htmlOf(of());
    for (const text of [
      '1. Restored: passed',
      '4. Time: passed',
      '50.0 minutes',
      'prod-drill-1',
      'Recovered and proven',
    ])
      expect(page).toContain(text);
  });
});

it.each([
  ['{"errorMessage": "said", "errorType": "E"}', 'said'],
  ['plain', 'plain'],
  ['{"other": 1}', '{"other": 1}'],
])('reads why something failed: %s', (cause, said) => {
  expect(saidIn(cause)).toBe(said);
});

async function bucketOf(...keys: readonly string[]) {
  const s3 = new FakeBucket();
  for (const Key of keys) await s3.putObject({ Key });
  return { s3 };
}

describe('the age of the last drill', () => {
  const settings = { bucket: 'audit', reports: 'drills/', manifests: 'manifests/' };
  it('is that of the last one that passed', async () => {
    const keys = [
      'drills/2026-10-01T00:00:00Z-passed-1.json',
      'drills/2026-11-01T00:00:00Z-failed-2.json',
      'drills/lock.json',
    ];
    expect(await lastPassed(await bucketOf(...keys), settings)).toEqual(new Date('2026-10-01T00:00:00Z'));
  });

  it('is counted from the first manifest where none ever passed, and from nothing before', async () => {
    const keys = ['drills/2026-11-01T00:00:00Z-failed-2.json', 'manifests/2026-09-01T00:00:00Z.json'];
    expect(await lastPassed(await bucketOf(...keys), settings)).toEqual(new Date('2026-09-01T00:00:00Z'));
    expect(await lastPassed(await bucketOf(), settings)).toBeUndefined();
  });
});
