import { describe, expect, it } from 'vitest';
import { environmentOf, production } from '../../support/environments.ts';
import { resourcesOf, type TemplateJson, templatesOf } from '../../support/templates.ts';

const text = (value: unknown): string => JSON.stringify(value) ?? '';
const NONE: TemplateJson = { Resources: {} };

function guardOf(users: number) {
  const templates = templatesOf(environmentOf(users, production));
  const stack = users === 10 ? 'Server' : 'Service';
  const only = (type: string, name: RegExp) => {
    const found = resourcesOf({ [stack]: templates[stack] ?? NONE }, type).filter(({ logicalId }) =>
      name.test(logicalId),
    );
    expect(found).toHaveLength(1);
    return found[0]?.resource.Properties ?? {};
  };
  const {
    Statement,
  }: { Statement: readonly { Action: string | string[]; Resource: unknown; Condition?: unknown }[] } =
    JSON.parse(text(only('AWS::IAM::Policy', /^FenceGuardRole/)['PolicyDocument']));
  return {
    settings: text(only('AWS::Lambda::Function', /^FenceGuardFunction/)['Environment']),
    schedule: only('AWS::Events::Rule', /^FenceGuardSchedule/)['ScheduleExpression'],
    actions: Statement.flatMap(({ Action }) => Action)
      .filter((action) => !action.startsWith('logs:'))
      .toSorted(),
    statementOf: (action: string) => Statement.find(({ Action }) => [Action].flat().includes(action)),
  };
}

describe('the guard of the fence', () => {
  it.each([10, 150])('of %i users looks each minute, in the bucket of the other Region', (users) => {
    const { schedule, settings } = guardOf(users);
    expect(schedule).toBe('rate(1 minute)');
    expect(settings).toMatch(/\\"region\\":\\"eu-west-1\\"/);
    expect(settings).toContain('"StackName":"test-Recovery","Region":"eu-west-1"');
    expect(settings).toContain('fence/fenced.json');
  });

  it('reads the fence, which it cannot set or lift, and writes its note', () => {
    const { statementOf } = guardOf(150);
    expect(text(statementOf('s3:GetObject'))).toContain('/fence/fenced.json');
    for (const action of ['s3:PutObject', 's3:DeleteObject']) {
      expect(text(statementOf(action))).toContain('/fence/seen.json');
      expect(text(statementOf(action))).not.toContain('/fence/fenced.json');
    }
  });

  it('may stop the services of its environment, and nothing else', () => {
    const { actions, statementOf, settings } = guardOf(150);
    expect(actions).toEqual([
      'application-autoscaling:RegisterScalableTarget',
      'ecs:DescribeServices',
      'ecs:UpdateService',
      'kms:Decrypt',
      'kms:GenerateDataKey',
      's3:DeleteObject',
      's3:GetObject',
      's3:ListBucket',
      's3:PutObject',
    ]);
    expect(text(statementOf('ecs:UpdateService')?.Resource).match(/"Ref":"Odoo\w+Service/g)).toEqual([
      '"Ref":"OdooCronService',
      '"Ref":"OdooWebService',
    ]);
    expect(text(statementOf('application-autoscaling:RegisterScalableTarget')?.Condition)).toBe(
      '{"StringEquals":{"application-autoscaling:service-namespace":"ecs"}}',
    );
    // Numbers as the template has them: what is started again.
    expect(settings).toMatch(
      /OdooWebService.*\\"desired\\":\d+,\\"scaled\\":\{\\"min\\":\d+,\\"max\\":\d+\}/,
    );
    expect(settings).toMatch(/OdooCronService.*\\"desired\\":1\}/);
  });

  it('may stop the single server', () => {
    const { actions, statementOf } = guardOf(10);
    expect(actions.filter((action) => /autoscaling|ecs/.test(action))).toEqual([
      'autoscaling:DescribeAutoScalingGroups',
      'autoscaling:UpdateAutoScalingGroup',
    ]);
    expect(text(statementOf('autoscaling:UpdateAutoScalingGroup')?.Resource)).toContain(
      '"Ref":"ServerGroupASG',
    );
  });

  it('is not there where no other Region could stand in', () => {
    for (const users of [10, 150])
      expect(text(templatesOf(environmentOf(users)))).not.toContain('FenceGuard');
  });
});
