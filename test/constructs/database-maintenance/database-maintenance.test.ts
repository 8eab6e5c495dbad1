import { describe, expect, it } from 'vitest';
import { environmentOf, production } from '../../support/environments.ts';
import { type Located, resourcesOf, templatesOf } from '../../support/templates.ts';

const text = (value: unknown): string => JSON.stringify(value) ?? '';

describe.each([
  ['medium', 40, {}],
  ['large', 150, production],
] as const)('the look at the database of %s', (_tier, users, changes) => {
  const templates = templatesOf(environmentOf(users, changes));
  const ofOperations = (type: string, name: RegExp): readonly Located[] =>
    resourcesOf({ Operations: templates['Operations'] ?? { Resources: {} } }, type).filter(({ logicalId }) =>
      name.test(logicalId),
    );
  const policyOf = (role: string): string =>
    text(ofOperations('AWS::IAM::Policy', new RegExp(`^DatabaseMaintenance${role}Role`))[0]?.resource);

  it('comes each week after the maintenance window, and its age each hour', () => {
    const rules = ofOperations('AWS::Events::Rule', /^DatabaseMaintenance/);
    expect(rules.map(({ resource }) => resource.Properties?.['ScheduleExpression'])).toEqual([
      expect.stringMatching(/^cron\(\d+ \d+ \? \* SUN \*\)$/),
      'rate(1 hour)',
    ]);
  });

  it('signs in to this database as its own role, and writes reports alone', () => {
    const policy = policyOf('Maintain');
    expect(policy).toMatch(/rds-db:connect.*dbuser:.*DbiResourceId.*odoo_maintainer/);
    expect(policy).not.toContain('odoo_verifier');
    expect(policy.match(/"s3:\w+"/g)).toEqual(['"s3:PutObject"']);
    expect(policy).toContain('/maintenance/*');
  });

  it('counts its age by the names of the reports, and writes one note', () => {
    const policy = policyOf('Age');
    expect(policy.match(/"s3:\w+"/g)).toEqual(['"s3:ListBucket"', '"s3:GetObject"', '"s3:PutObject"']);
    expect(policy.match(/\/[\w-]+\/[\w.*-]+"/g)).toEqual(['/watermarks/maintenance.json"']);
    expect(policy).not.toContain('rds');
  });

  it('reaches the database and S3 from subnets that have no way out', () => {
    const [group] = ofOperations('AWS::EC2::SecurityGroup', /^Maintenance/);
    expect(group?.resource.Properties?.['SecurityGroupEgress']).toMatchObject([
      { FromPort: 443, ToPort: 443 },
    ]);
    const [ingress] = ofOperations('AWS::EC2::SecurityGroupIngress', /./);
    expect(text(ingress?.resource.Properties)).toMatch(/Maintenance.*GroupId/);
    const [maintain] = ofOperations('AWS::Lambda::Function', /^DatabaseMaintenanceMaintain/);
    expect(text(maintain?.resource.Properties?.['VpcConfig'])).toMatch(/Isolated|database/i);
  });
});

it('is a timer of the single server, which has no such function', () => {
  const templates = templatesOf(environmentOf(10));
  const functions = resourcesOf(templates, 'AWS::Lambda::Function').map(({ logicalId }) => logicalId);
  expect(functions.filter((name) => name.includes('DatabaseMaintenance'))).toEqual([]);
});
