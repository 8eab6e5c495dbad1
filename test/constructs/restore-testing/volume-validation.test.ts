import { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { addEnvironment } from '../../../lib/odoo-environment.ts';
import { environmentOf, planOf } from '../../support/environments.ts';
import { testApp } from '../../support/stack.ts';
import { type Located, resourcesOf, templatesOf } from '../../support/templates.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const templates = templatesOf(environmentOf(10));
const ofBackup = (type: string): readonly Located[] =>
  resourcesOf({ Backup: templates['Backup'] ?? { Resources: {} } }, type);

const statements: readonly Statement[] = ofBackup('AWS::IAM::Policy')
  .filter(({ logicalId }) => logicalId.startsWith('VolumeValidationRole'))
  .flatMap(({ resource }) => JSON.parse(JSON.stringify(resource.Properties)).PolicyDocument.Statement);

/** Those with an action, as texts, by effect. */
const of = (action: string, effect = 'Allow'): readonly string[] =>
  statements
    .filter(({ Action, Effect }) => Effect === effect && [Action].flat().includes(action))
    .map((statement) => JSON.stringify(statement));

describe('the restore test of the data volume', () => {
  const [selection] = ofBackup('AWS::Backup::RestoreTestingSelection');

  it('restores that volume alone, in the zone of the server and with the key of the environment', () => {
    const properties = JSON.parse(JSON.stringify(selection?.resource.Properties));
    expect(properties.ProtectedResourceType).toBe('EBS');
    expect(JSON.stringify(properties.ProtectedResourceArns)).toContain(':volume/');
    expect(Object.keys(properties.RestoreMetadataOverrides).toSorted()).toEqual([
      'availabilityZone',
      'kmsKeyId',
      'volumeType',
    ]);
    const [volume] = resourcesOf({ Server: templates['Server'] ?? { Resources: {} } }, 'AWS::EC2::Volume');
    const zone = JSON.stringify(volume?.resource.Properties?.['AvailabilityZone']);
    expect(JSON.stringify(properties.RestoreMetadataOverrides.availabilityZone)).toBe(zone);
    expect(JSON.stringify(properties.RestoreMetadataOverrides.kmsKeyId)).toMatch(/test-Data.*Key/);
  });

  it('begins on Sunday, after the proof of the server and within two hours', () => {
    const [plan] = ofBackup('AWS::Backup::RestoreTestingPlan');
    expect(plan?.resource.Properties).toMatchObject({
      ScheduleExpression: 'cron(10 11 ? * SUN *)',
      StartWindowHours: 2,
    });
  });

  it('is judged when this plan has restored it, and only then', () => {
    const [rule] = ofBackup('AWS::Events::Rule').filter(({ logicalId }) =>
      logicalId.startsWith('VolumeValidation'),
    );
    expect(rule?.resource.Properties?.['EventPattern']).toMatchObject({
      'detail-type': ['Restore Job State Change'],
      detail: { status: ['COMPLETED'], restoreTestingPlanArn: [expect.anything()] },
    });
  });
});

describe('who attaches it', () => {
  it.each(['ec2:AttachVolume', 'ec2:DetachVolume'])(
    'may %s what AWS Backup restored for a test',
    (action) => {
      const [volumes, servers, ...others] = of(action);
      expect(others).toEqual([]);
      expect(volumes).toMatch(/volume\/\*/);
      expect(volumes).toContain('{"Null":{"aws:ResourceTag/awsbackup-restore-test":"false"}}');
      expect(servers).toMatch(/instance\/\*/);
      expect(servers).toMatch(/\{"StringEquals":\{"aws:ResourceTag\/OdooServer":"\w+"\}\}/);
    },
  );

  it('may never touch the data volume', () => {
    const [denied, ...others] = of('ec2:AttachVolume', 'Deny');
    expect(others).toEqual([]);
    expect(of('ec2:DetachVolume', 'Deny')).toEqual([denied]);
    expect(denied).toMatch(/:volume\/",\{.*DataVolume/);
    expect(denied).not.toContain('Condition');
  });

  it('may let EC2 use the key, and not use it', () => {
    const withKey = statements.filter(({ Action }) => JSON.stringify(Action).includes('kms:'));
    expect(withKey).toMatchObject([
      {
        Action: 'kms:CreateGrant',
        Condition: {
          Bool: { 'kms:GrantIsForAWSResource': 'true' },
          StringEquals: { 'kms:ViaService': expect.anything() },
        },
      },
    ]);
  });

  it('may have a server of the group run one document, and no other command', () => {
    const [document, servers, ...others] = of('ssm:SendCommand');
    expect(others).toEqual([]);
    expect(document).toContain('document/odoo-test-volume-proof"');
    expect(servers).toMatch(/\{"StringEquals":\{"ssm:resourceTag\/OdooServer":"\w+"\}\}/);
  });

  it('does nothing else but ask', () => {
    const anywhere = statements.filter(({ Resource }) => Resource === '*').flatMap(({ Action }) => Action);
    expect(anywhere.filter((action) => !/:(Describe|Get)|logs:|xray:/.test(action))).toEqual([
      'backup:PutRestoreValidationResult',
    ]);
  });
});

describe('the command', () => {
  const [document] = ofBackup('AWS::SSM::Document');
  const content = JSON.parse(JSON.stringify(document?.resource.Properties?.['Content']));
  const accepts = (name: string, text: string): boolean =>
    new RegExp(content.parameters[name].allowedPattern).test(text);

  it('is one, with three parameters', () => {
    expect(content.mainSteps).toHaveLength(1);
    expect(content.mainSteps[0].inputs.runCommand).toEqual([
      'exec /usr/local/sbin/odoo-prove-volume {{ restoreJob }} {{ volume }} {{ recoveryPoint }}',
    ]);
  });

  it.each([
    ['restoreJob', '1323657E-2AA4-1D94-2C48-5D7A423E7394'],
    ['volume', 'vol-0123456789abcdef0'],
    ['recoveryPoint', '2026-11-29T03:41:00Z'],
    ['recoveryPoint', '2026-11-29T03:41:00.123Z'],
  ])('takes %s %s', (name, text) => expect(accepts(name, text)).toBe(true));

  it.each(['', ' ', '$(reboot)', 'a b', 'a;b', 'a\nb', '-', '../../etc/passwd', "'", '"', '`id`', '{{x}}'])(
    'takes nothing that a shell understands: %j',
    (text) => {
      for (const name of ['restoreJob', 'volume', 'recoveryPoint']) {
        const good = {
          restoreJob: '7C3F',
          volume: 'vol-0123456789abcdef0',
          recoveryPoint: '2026-11-29T03:41:00Z',
        }[name];
        expect(accepts(name, `${good}${text}${good}`), name).toBe(
          name === 'restoreJob' && ['', '-'].includes(text),
        );
      }
    },
  );

  it('is given more time than the server gives itself, and less than is waited for', () => {
    const unit = readFileSync(
      new URL('../../../constructs/odoo-server/files/systemd/odoo-volume-proof@.service', import.meta.url),
      'utf8',
    );
    const own = Number(/^TimeoutStartSec=(\d+)min$/m.exec(unit)?.[1]) * 60;
    const allowed = Number(content.mainSteps[0].inputs.timeoutSeconds);
    expect(allowed).toBeGreaterThan(own);
    expect(allowed).toBeLessThan(105 * 60);
  });
});

it('promises no proof where AWS Backup cannot test restores, and makes recovery points', () => {
  const changes = { region: 'ca-west-1' } as const;
  const app = testApp();
  addEnvironment(app, { environment: environmentOf(10, changes), plan: planOf(10, changes) });
  const stackOf = (purpose: string): Stack => {
    const found = app.node.findChild(`test-${purpose}`);
    if (!Stack.isStack(found)) throw new Error(`${purpose} is no stack`);
    return found;
  };
  const backup = stackOf('Backup');
  const template = Template.fromStack(backup);
  template.resourceCountIs('AWS::Backup::BackupPlan', 1);
  template.resourceCountIs('AWS::Backup::RestoreTestingPlan', 0);
  template.resourceCountIs('AWS::StepFunctions::StateMachine', 0);
  Annotations.fromStack(backup).hasWarning(
    '*',
    Match.stringLikeRegexp('does not test restores in ca-west-1'),
  );
  const operations = JSON.stringify(Template.fromStack(stackOf('Operations')));
  expect(operations).not.toContain('volume-restore-proof');
});
