import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { examine, subjectOf } from '../../../lib/doctor/examine.ts';
import { type DoctorReport, outcomeOf } from '../../../lib/doctor/report.ts';
import { AwsWire } from '../../support/aws-wire.ts';
import { Patient, PATIENTS } from './patient.ts';
import { actionOf, answerOf, notAllowed } from './world-wire.ts';

let wire: AwsWire;
beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());
beforeEach(() => wire.reset());

async function examined(patient: Patient): Promise<DoctorReport> {
  wire.otherwise = (call) => answerOf(patient.world, call);
  const subject = await subjectOf(patient.planned, undefined, patient.instruments);
  return examine(subject, { drift: true, goLive: false, confirmed: [] });
}

const named = ({ checks }: DoctorReport, verdict: string) =>
  checks.filter((check) => check.verdict === verdict).map(({ name }) => name);

/** Actions of IAM that a healthy environment is asked with. */
async function actionsOf(environment: string): Promise<readonly string[]> {
  wire.reset();
  await examined(await Patient.healthy(environment));
  return [...new Set(wire.calls.map(actionOf))].toSorted();
}

describe('what the credentials may not do', () => {
  it('leaves something unknown, whichever action it is, and fails nothing', async () => {
    const tried = new Set<string>();
    for (const name of ['prod', ...PATIENTS]) {
      for (const action of await actionsOf(name)) {
        if (tried.has(action)) continue;
        tried.add(action);
        const patient = await Patient.healthy(name);
        patient.world.refused.set(action, notAllowed(action));
        const report = await examined(patient);
        expect([action, named(report, 'failed')]).toEqual([action, []]);
        expect([action, named(report, 'not checkable')]).not.toEqual([action, []]);
        expect(report.missingPermissions).toEqual([action]);
        expect(outcomeOf(report)).toBe('not checkable');
      }
    }
    expect(tried.size).toBeGreaterThan(35);
  }, 240_000);

  it('is all in the policy of docs/doctor.md, which allows nothing else', async () => {
    const page = readFileSync(new URL('../../../docs/doctor.md', import.meta.url), 'utf8');
    const [, policy = '{}'] = /```json\n([^]*?)```/.exec(page) ?? [];
    const allowed: string[] = JSON.parse(policy).Statement.flatMap(
      ({ Action }: { Action: string[] }) => Action,
    );
    const asked: string[] = [];
    for (const name of PATIENTS) asked.push(...(await actionsOf(name)));
    const ofBackups = actionsOnPage('recovery-points.md');
    expect(allowed.toSorted()).toEqual([...new Set([...asked, ...ofBackups, ...BESIDE])].toSorted());
    // Nothing but reading.
    for (const action of allowed) expect(action).toMatch(/:(Describe|Get|List|Detect|Decrypt)/);
  }, 60_000);
});

/** What AWS wants beside the calls that are made: for a firewall, and for what CloudFormation reads itself. */
const BESIDE = ['wafv2:GetWebACL'];

function actionsOnPage(page: string): readonly string[] {
  const text = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/`([a-z0-9]+:[A-Z]\w+)`/g)].map(([, action = '']) => action);
}

describe('what does not answer', () => {
  it('is asked again', async () => {
    const patient = await Patient.healthy('dev');
    const busy = { code: 'TooManyRequestsException', status: 429, message: 'Rate exceeded' };
    wire.on('ServiceQuotasV20190624.GetServiceQuota', busy, busy);
    expect(named(await examined(patient), 'not checkable')).toEqual([]);
  });

  it('in a Region that is away keeps nobody from hearing of the other one', async () => {
    const patient = await Patient.healthy('prod');
    patient.world.refused.set('eu-west-1', {
      code: 'ServiceUnavailable',
      status: 503,
      message: 'out of order',
    });
    const report = await examined(patient);
    expect(named(report, 'failed')).toEqual([]);
    expect(named(report, 'passed')).toEqual(
      expect.arrayContaining(['https', 'dns', 'database-settings', 'services', 'targets', 'replication']),
    );
    expect(named(report, 'not checkable')).toEqual(
      expect.arrayContaining(['stacks', 'resources', 'alarms', 'alarm-receiver', 'quotas', 'recovery-size']),
    );
    expect(report.missingPermissions).toEqual([]);
  }, 60_000);

  it('hides no fault that was seen meanwhile', async () => {
    const patient = await Patient.healthy('prod');
    patient.world.refused.set('eu-west-1', notAllowed('sns:ListSubscriptionsByTopic'));
    patient.world.thing('AWS::SNS::Topic', 'AlarmTopic')['subscriptions'] = [];
    patient.world.stacks['prod-Operations']?.resources.forEach((each) => {
      const thing = patient.world.things.get(`eu-central-1 ${each.PhysicalResourceId}`);
      if (each.ResourceType === 'AWS::SNS::Topic' && thing !== undefined) thing['subscriptions'] = [];
    });
    expect(named(await examined(patient), 'failed')).toEqual(['alarm-receiver']);
  });

  it.each(PATIENTS)('of backups makes neither them nor their proofs fail, in %s', async (name) => {
    const patient = await Patient.healthy(name);
    patient.backups.primary.refused.add('all');
    const report = await examined(patient);
    expect(named(report, 'failed')).toEqual([]);
    expect(named(report, 'not checkable')).toEqual(['backups', 'restore-proof']);
  });

  it.each(['keys', 'text', 'automatedBackups', 'recoveryPoints', 'resources', 'keptDays'] as const)(
    'of backups in part, %s, is not taken for their not being there',
    async (question) => {
      for (const region of ['primary', 'recovery'] as const) {
        const patient = await Patient.healthy('prod');
        patient.backups[region].refused.add(question);
        const report = await examined(patient);
        expect([region, named(report, 'failed')]).toEqual([region, []]);
      }
      const patient = await Patient.healthy('prod');
      patient.backups.primary.refused.add(question);
      patient.backups.recovery.refused.add(question);
      expect(named(await examined(patient), 'not checkable')).toContain('backups');
    },
  );

  it('without sense is not taken for an answer', async () => {
    const patient = await Patient.healthy('prod');
    delete patient.world.thing('AWS::RDS::DBInstance')['MultiAZ'];
    const report = await examined(patient);
    expect(named(report, 'failed')).toEqual([]);
    const settings = report.checks.find(({ name }) => name === 'database-settings');
    expect(settings).toMatchObject({
      verdict: 'not checkable',
      unread: [{ why: expect.stringContaining('MultiAZ') }],
    });
  });
});
