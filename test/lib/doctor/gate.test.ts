import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { doctorCommand } from '../../../lib/cli/doctor.ts';
import { ALL_CHECKS } from '../../../lib/doctor/checks/all.ts';
import { driftCheck } from '../../../lib/doctor/checks/drift-check.ts';
import { goLiveCheck } from '../../../lib/doctor/checks/go-live-check.ts';
import { Findings } from '../../../lib/doctor/findings.ts';
import { subjectOf } from '../../../lib/doctor/examine.ts';
import { personItems } from '../../../lib/doctor/gate.ts';
import { GATE, STAGES } from '../../../lib/doctor/gate-items.ts';
import { AwsWire } from '../../support/aws-wire.ts';
import { Patient } from './patient.ts';
import { answerOf } from './world-wire.ts';

let wire: AwsWire;
beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());
beforeEach(() => wire.reset());

async function doctor(patient: Patient, ...args: readonly string[]) {
  wire.otherwise = (call) => answerOf(patient.world, call);
  let [text, errors] = ['', ''];
  const exitCode = await doctorCommand(
    ['--env', patient.planned.environment.name, ...args],
    { write: (more) => void (text += more), columns: 200 },
    { write: (more) => void (errors += more) },
    patient.instruments,
  );
  return { exitCode, text, errors };
}

/** Everything that a person is asked in an environment. */
async function everything(patient: Patient): Promise<string> {
  return personItems(await subjectOf(patient.planned, undefined, patient.instruments)).join(',');
}

/** A Tuesday; the maintenance windows are on Sundays. */
const TUESDAY = '2026-12-01T08:00Z';

describe('the list for the day', () => {
  it('asks everything that is checked, and nothing that is not', () => {
    const checks = [...ALL_CHECKS, driftCheck, goLiveCheck].map(({ name }) => name);
    const asked = GATE.flatMap(({ checks: names = [] }) => names);
    expect([...new Set(asked)].toSorted()).toEqual(checks.toSorted());
  });

  it('asks each thing of checks or of a person, at one of its stages, in their order', () => {
    const hours = STAGES.map((stage) => stage.hours);
    expect(hours).toEqual([72, 48, 24]);
    for (const item of GATE) {
      expect([item.asks, (item.checks === undefined) === (item.person !== undefined)]).toEqual([
        item.asks,
        true,
      ]);
    }
    const names = GATE.flatMap(({ person }) => person?.name ?? []);
    expect(new Set(names).size).toBe(names.length);
    const order = GATE.map((item) => hours.indexOf(item.hours));
    expect(order).toEqual(order.toSorted((one, other) => one - other));
  });

  it.each(['dev', 'staging', 'prod'])('lets %s go when all is well and confirmed', async (name) => {
    const patient = await Patient.healthy(name);
    const confirmed = await everything(patient);
    const { exitCode, text } = await doctor(patient, '--go-live', '--at', TUESDAY, '--confirmed', confirmed);
    expect(text).toContain(`${name} may go live`);
    expect(text).not.toMatch(/\[[ !]\]/);
    expect(exitCode).toBe(0);
  });

  it('does not let it go while one person has not said so', async () => {
    const patient = await Patient.healthy('prod');
    const confirmed = (await everything(patient)).replace('users-trained,', '');
    const { exitCode, text } = await doctor(patient, '--go-live', '--at', TUESDAY, '--confirmed', confirmed);
    expect(text.match(/\[ \] .*/g)).toEqual(['[ ] Users are trained: a person has to say']);
    expect(text).toContain('--confirmed users-trained');
    expect(exitCode).toBe(3);
  });

  it('cannot be talked out of a fault', async () => {
    const patient = await Patient.healthy('prod');
    patient.world.thing('AWS::SNS::Topic')['subscriptions'] = [];
    const confirmed = await everything(patient);
    const { exitCode, text } = await doctor(patient, '--go-live', '--at', TUESDAY, '--confirmed', confirmed);
    expect(text).toContain('[!] Monitoring is complete and reaches a person: failed');
    expect(text).toContain('prod must not go live');
    expect(exitCode).toBe(1);
    const talked = await doctor(patient, '--go-live', '--confirmed', 'alarm-receiver');
    expect(talked).toMatchObject({ exitCode: 2, text: '' });
    expect(talked.errors).toContain('alarm-receiver is nothing that a person confirms here');
  });

  it('counts what is due, and says from when the rest is', async () => {
    const patient = await Patient.healthy('prod');
    // Of the last day.
    patient.world.thing('AWS::CloudWatch::Alarm')['StateValue'] = 'ALARM';
    const confirmed = await everything(patient);
    const at = (when: string) => doctor(patient, '--go-live', '--at', when, '--confirmed', confirmed);
    const twoDays = await at('2026-12-02T02:00Z');
    expect(twoDays.text).toContain('24 hours before: ready, not due before 2026-12-01T02:00:00Z');
    expect(twoDays.text).toContain('48 hours before: frozen, due since 2026-11-30T02:00:00Z');
    expect(twoDays.exitCode).toBe(0);
    expect((await at('2026-12-01T02:00Z')).exitCode).toBe(1);
    const nothing = await at('2026-12-25T08:00Z');
    expect(nothing.text).toContain('Nothing of the list is due before 2026-12-22T08:00:00Z');
  });

  it('asks a person for what no check does there: a relay, a recovery that no drill tries', async () => {
    const names = (await everything(await Patient.healthy('dev'))).split(',');
    expect(names).toContain('recovery-tried');
    expect((await everything(await Patient.healthy('prod'))).split(',')).not.toContain('recovery-tried');
    const patient = await Patient.healthy('dev');
    const { environment, plan } = patient.planned;
    const without = { environment: { ...environment, mail: undefined }, plan };
    const subject = await subjectOf(without, undefined, patient.instruments);
    expect(personItems(subject)).toContain('mail-sent');
  });
});

describe('the first day', () => {
  it.each([
    ['2026-12-05T08:00Z', 'failed: the window is in the night after it'],
    ['2026-12-06T02:30Z', 'failed: it begins within the window'],
    ['2026-12-06T03:00Z', 'passed: the window has just ended'],
    ['2026-12-05T02:00Z', 'passed: the window begins when it ends'],
    ['2026-12-07T08:00Z', 'passed: it is a Monday'],
  ])('%s: %s', async (at, verdict) => {
    const patient = await Patient.healthy('prod');
    expect(patient.planned.environment.windows.maintenance).toBe('sun:02:00-sun:03:00');
    const findings = new Findings();
    await goLiveCheck.look(await subjectOf(patient.planned, new Date(at), patient.instruments), findings);
    expect(findings.faults.length === 0 ? 'passed' : 'failed').toBe(verdict.split(':')[0]);
  });

  it('cannot be judged without a date', async () => {
    const { exitCode, text } = await doctor(await Patient.healthy('prod'), '--go-live');
    expect(text).toContain('say when it goes live: --at');
    expect(exitCode).toBe(3);
  });
});
