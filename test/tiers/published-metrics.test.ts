import { describe, expect, it } from 'vitest';
import type { Environment } from '../../config/environment.ts';
import { environmentOf, production } from '../support/environments.ts';
import { recoveredTemplatesOf, resourcesOf, templatesOf } from '../support/templates.ts';
import { unpublished, watchedMetrics } from './published-metrics.ts';

const { storage } = environmentOf(40);

describe.each<[string, number, Partial<Environment>, typeof templatesOf?]>([
  ['small', 10, {}],
  ['small in production', 10, production],
  ['medium', 40, {}],
  ['medium with EFS', 40, { storage: { ...storage, filestore: 'efs' } }],
  ['large in production', 150, production],
  ['small, brought back', 10, production, recoveredTemplatesOf],
  ['large, brought back', 150, production, recoveredTemplatesOf],
])('the alarms of %s', (_name, users, changes, synthesize = templatesOf) => {
  const templates = synthesize(environmentOf(users, { ...changes, mail: sesMail }));

  it('look at metrics that somebody publishes, under these dimensions, often enough', () => {
    expect(watchedMetrics(templates).length).toBeGreaterThan(15);
    expect(unpublished(templates)).toEqual([]);
  });
});

const sesMail: Environment['mail'] = {
  kind: 'ses',
  from: 'odoo@erp.example.com',
  fromFilter: 'erp.example.com',
  domain: 'erp.example.com',
  identity: 'new',
  accessKeys: [1],
};

describe('an alarm that would wait in vain', () => {
  const service = templatesOf(environmentOf(40));

  it.each<[string, string, object, RegExp]>([
    ['a metric that RDS has not', 'database-cpu', { MetricName: 'CpuUtilization' }, /has no such metric$/],
    ['a dimension too many', 'database-memory', { Dimensions: [{ Name: 'Role', Value: 'x' }] }, /not by the/],
    [
      'the resource of another',
      'database-connections',
      { Dimensions: [{ Name: 'DBInstanceIdentifier', Value: 'odoo' }] },
      /DBInstanceIdentifier is "odoo"$/,
    ],
    [
      'a namespace of nobody',
      'web-cpu',
      { Namespace: 'Odoo/Nothing' },
      /nothing in the templates publishes it$/,
    ],
    [
      'a program of another architecture',
      'web-memory',
      {
        Namespace: 'Odoo/Server',
        MetricName: 'OdooHealthy',
        Dimensions: [{ Name: 'Environment', Value: 'x' }],
      },
      /no program that runs writes it$/,
    ],
    [
      'silence between two values taken for trouble',
      'web-cpu',
      { Namespace: 'AWS/EC2', MetricName: 'CPUUtilization', Period: 60, TreatMissingData: 'breaching' },
      /every 5 minutes$/,
    ],
  ])('is found: %s', (_what, name, change, problem) => {
    const alarms = resourcesOf(service, 'AWS::CloudWatch::Alarm');
    const alarm = alarms.find(
      ({ resource }) => resource.Properties?.['AlarmName'] === `test-warning-${name}`,
    );
    if (alarm === undefined) throw new Error(`no alarm ${name}`);
    const { stack, logicalId, resource } = alarm;
    const changed = { ...resource, Properties: { ...resource.Properties, ...change } };
    const Resources = { ...service[stack]?.Resources, [logicalId]: changed };
    const found = unpublished({ ...service, [stack]: { ...service[stack], Resources } });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(problem);
  });
});
