import { describe, expect, it } from 'vitest';
import type { Settings } from '../../../constructs/health-report/report.lambda/settings.ts';
import type { Environment } from '../../../config/environment.ts';
import { environmentOf, production } from '../../support/environments.ts';
import { resourcesOf, templatesOf } from '../../support/templates.ts';
import { unpublishedSources } from '../../tiers/published-metrics.ts';

const text = (value: unknown): string => JSON.stringify(value) ?? '';

function reportOf(users: number, changes: Partial<Environment> = {}) {
  const templates = templatesOf(environmentOf(users, changes));
  const { Operations = { Resources: {} } } = templates;
  const propertiesOf = (type: string, name: RegExp) =>
    resourcesOf({ Operations }, type)
      .filter(({ logicalId }) => logicalId.startsWith('HealthReport') && name.test(logicalId))
      .map(({ resource }) => resource.Properties);
  const environment = text(propertiesOf('AWS::Lambda::Function', /Function/)[0]?.['Environment']);
  return {
    templates,
    environment,
    policy: text(propertiesOf('AWS::IAM::Policy', /^HealthReportRole/)),
    machinePolicy: text(propertiesOf('AWS::IAM::Policy', /MachineRole/)),
    schedule: propertiesOf('AWS::Events::Rule', /Monthly/)[0]?.['ScheduleExpression'],
    definition: text(propertiesOf('AWS::StepFunctions::StateMachine', /./)),
    settings: settingsOf(propertiesOf('AWS::Lambda::Function', /Function/)[0]?.['Environment']),
  };
}

/** With a placeholder for each reference. */
function settingsOf(environment: unknown): Settings {
  const { Variables }: { Variables: { SETTINGS: string | { 'Fn::Join': [string, unknown[]] } } } = JSON.parse(
    text(environment),
  );
  const parts =
    typeof Variables.SETTINGS === 'string' ? [Variables.SETTINGS] : Variables.SETTINGS['Fn::Join'][1];
  return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : 'reference')).join(''));
}

describe.each([
  ['small', 10, {}],
  ['medium', 40, {}],
  ['large', 150, production],
] as const)('the monthly report of %s', (tier, users, changes) => {
  const report = reportOf(users, changes);

  it('comes on the first working day of the month', () => {
    expect(report.schedule).toBe('cron(0 6 1W * ? *)');
  });

  it('is told what it measures, and that fits into the environment of a function', () => {
    const { settings } = report;
    expect(settings).toMatchObject({ tier, users, environment: environmentOf(users, changes).name });
    expect(Object.keys(settings.metrics).includes('serverCpu')).toBe(tier === 'small');
    expect(settings.storageGiB === undefined).toBe(tier === 'small');
    // AWS counts 4 KB; a reference is a name of up to 64 characters.
    const references = report.environment.split('"Fn::GetStackOutput"').length;
    expect(JSON.stringify(settings).length + references * 64).toBeLessThan(4000);
  });

  it('measures what somebody publishes, under these dimensions', () => {
    expect(unpublishedSources(report.settings.metrics)).toEqual([]);
  });

  it('may read numbers, names and the last look, and write below its prefix alone', () => {
    expect(report.policy.match(/"s3:\w+"/g)?.filter((action) => action !== '"s3:ListBucket"')).toEqual([
      '"s3:GetObject"',
      '"s3:PutObject"',
    ]);
    expect(report.policy).toMatch(/GetObject[^}]*\}?.*\/maintenance\/\*.*PutObject.*\/health\/\*/);
    expect(report.policy).not.toContain('sns:');
    expect(report.machinePolicy.match(/"(sns|lambda|kms):\w+"/g)).toEqual([
      '"lambda:InvokeFunction"',
      '"sns:Publish"',
      '"kms:Decrypt"',
      '"kms:GenerateDataKey"',
    ]);
  });

  it('tells people once the page is there', () => {
    expect(report.definition).toMatch(/StartAt.*Write.*Tell/);
    expect(report.definition).toMatch(/sns:publish/);
  });
});

it('looks for drills where they come by themselves, and nowhere else', () => {
  const of = (schedule: 'monthly' | 'manual') => {
    const { recovery } = environmentOf(40, production);
    return reportOf(40, { ...production, recovery: { ...recovery, drill: { ...recovery.drill, schedule } } });
  };
  expect(of('monthly').settings.drills).toMatchObject({ region: expect.any(String) });
  expect(of('manual').settings.drills).toBeUndefined();
  expect(reportOf(40).settings.drills).toBeUndefined();
});

it('expects proofs of what is tested', () => {
  const { storage } = environmentOf(40);
  expect(reportOf(10).settings.proofs).toEqual(['database', 'volume']);
  expect(reportOf(40).settings.proofs).toEqual(['database']);
  expect(reportOf(40, { storage: { ...storage, filestore: 'efs' } }).settings.proofs).toEqual([
    'database',
    'filestore',
  ]);
});
