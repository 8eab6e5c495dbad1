import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { examine, subjectOf } from '../../../lib/doctor/examine.ts';
import { outcomeOf } from '../../../lib/doctor/report.ts';
import { AwsWire } from '../../support/aws-wire.ts';
import { Patient, PATIENTS } from './patient.ts';
import { answerOf } from './world-wire.ts';

let wire: AwsWire;

beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());
beforeEach(() => wire.reset());

it.each(PATIENTS)(
  '%s, with nothing wrong, passes every check, and nothing is changed',
  async (name) => {
    const patient = await Patient.healthy(name);
    wire.otherwise = (call) => answerOf(patient.world, call);
    const asked = { drift: true, goLive: false, confirmed: [] };
    const subject = await subjectOf(patient.planned, undefined, patient.instruments);
    const report = await examine(subject, asked);
    const others = report.checks.filter(({ verdict }) => verdict !== 'passed');
    expect(others.map(({ name: check, faults, unread }) => ({ check, faults, unread }))).toEqual([]);
    expect(outcomeOf(report)).toBe('passed');
  },
  60_000,
);
