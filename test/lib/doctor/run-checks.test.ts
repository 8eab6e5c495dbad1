import { expect, it } from 'vitest';
import type { Check } from '../../../lib/doctor/check.ts';
import { serviceChecks } from '../../../lib/doctor/checks/service-checks.ts';
import { subjectOf } from '../../../lib/doctor/examine.ts';
import { runChecks } from '../../../lib/doctor/run-checks.ts';
import { AwsWire } from '../../support/aws-wire.ts';
import { Patient } from './patient.ts';
import { answerOf } from './world-wire.ts';

const check = (name: string, look: Check['look'], more: Partial<Check> = {}): Check => ({
  name,
  asks: `Is ${name} well?`,
  basis: 'plan',
  todo: 'look at ENV',
  page: 'docs/doctor.md',
  look,
  ...more,
});

async function run(...checks: readonly Check[]) {
  const patient = await Patient.healthy('dev');
  return runChecks(checks, await subjectOf(patient.planned, undefined, patient.instruments));
}

it('takes a check that has seen nothing for no proof', async () => {
  expect(await run(check('nothing', async () => {}))).toMatchObject([{ verdict: 'not checkable' }]);
});

it('lets one that breaks off take no other with it, nor what it had found', async () => {
  const results = await run(
    check('broken', async (_, findings) => {
      findings.fault('it is too small');
      throw new Error('nobody foresaw this');
    }),
    check('well', async (_, findings) => findings.see('all is well')),
  );
  expect(results).toMatchObject([
    { verdict: 'failed', faults: ['it is too small'], unread: [{ why: 'nobody foresaw this' }] },
    { verdict: 'passed' },
  ]);
});

it('leaves out what the environment has not, and says what to do with its name', async () => {
  const results = await run(
    check('elsewhere', async (_, findings) => findings.see('x'), { appliesTo: () => false }),
    check('here', async (_, findings) => findings.see('x')),
  );
  expect(results.map(({ name, todo }) => [name, todo])).toEqual([['here', 'look at dev']]);
});

it('claims nothing of what a template refers to', async () => {
  const results = await run(
    check('reference', async (_, findings) => {
      findings.expect('the key', 'arn:of-a-key', { 'Fn::GetAtt': ['Key', 'Arn'] });
      findings.expect('the size', 500, '500');
    }),
  );
  expect(results).toMatchObject([{ seen: ['the size is 500'], faults: [] }]);
});

it('takes a release that nobody remembers for none that failed', async () => {
  const patient = await Patient.healthy('staging');
  patient.world.thing('AWS::StepFunctions::StateMachine', 'Release')['executions'] = [];
  const wire = await AwsWire.start();
  wire.otherwise = (call) => answerOf(patient.world, call);
  const subject = await subjectOf(patient.planned, undefined, patient.instruments);
  const results = await runChecks(
    serviceChecks.filter(({ name }) => name === 'last-release'),
    subject,
  );
  wire.stop();
  expect(results).toMatchObject([{ verdict: 'passed', seen: [expect.stringContaining('90 days')] }]);
});
