import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_CHECKS } from '../../../lib/doctor/checks/all.ts';
import { driftCheck } from '../../../lib/doctor/checks/drift-check.ts';
import { examine, subjectOf } from '../../../lib/doctor/examine.ts';
import { outcomeOf } from '../../../lib/doctor/report.ts';
import { AwsWire } from '../../support/aws-wire.ts';
import { FAULTS } from './faults.ts';
import { Patient } from './patient.ts';
import { answerOf } from './world-wire.ts';

let wire: AwsWire;

beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());

const ASKED = { drift: true, goLive: false, confirmed: [] };

async function examined(patient: Patient) {
  wire.reset();
  wire.otherwise = (call) => answerOf(patient.world, call);
  return examine(await subjectOf(patient.planned, undefined, patient.instruments), ASKED);
}

describe('one thing that is wrong is found, and nothing else is', () => {
  it.each(FAULTS)('$environment, $check: $what', async ({ environment, plant, check, says, hides = [] }) => {
    const patient = await Patient.healthy(environment);
    plant(patient);
    const report = await examined(patient);
    const named = (verdict: string) =>
      report.checks.filter((each) => each.verdict === verdict).map(({ name }) => name);
    expect(named('failed')).toEqual([check]);
    expect(named('not checkable')).toEqual(hides);
    const found = report.checks.find(({ name }) => name === check);
    expect(found?.faults.join('\n')).toMatch(says);
    expect(outcomeOf(report)).toBe('failed');
  });
});

it('every check has failed once', () => {
  // The account is not in the table: no environment that is shipped names one.
  const checks = [...ALL_CHECKS, driftCheck].map(({ name }) => name).filter((name) => name !== 'account');
  expect([...new Set(FAULTS.map(({ check }) => check))].toSorted()).toEqual(checks.toSorted());
});

it('credentials of another account are the first to be told', async () => {
  const patient = await Patient.healthy('dev');
  const { environment, plan } = patient.planned;
  const named = { environment: { ...environment, account: '444455556666' }, plan };
  wire.reset();
  wire.otherwise = (call) => answerOf(patient.world, call);
  const report = await examine(await subjectOf(named, undefined, patient.instruments), ASKED);
  const [first] = report.checks.filter(({ verdict }) => verdict === 'failed');
  expect(first).toMatchObject({
    name: 'account',
    faults: ['the account is 111122223333, planned is 444455556666'],
  });
});
