import { beforeAll, describe, expect, it } from 'vitest';
import { WORKFLOWS } from '../../../config/drill.ts';
import type { Environment } from '../../../config/environment.ts';
import { addEnvironment } from '../../../lib/odoo-environment.ts';
import { environmentOf, planOf, production } from '../../support/environments.ts';
import { testApp } from '../../support/stack.ts';
import { type Resource, resourcesOf } from '../../support/templates.ts';

const recovery: Environment['recovery'] = {
  network: { kind: 'new', cidr: '10.40.0.0/16' },
  dns: 'switch',
  drill: { schedule: 'monthly', workflows: WORKFLOWS },
};

function deployed(users = 40, changes: Partial<Environment> = {}) {
  const environment = { ...production, recoveryRegion: 'eu-west-1', recovery, ...changes };
  const planned = { environment: environmentOf(users, environment), plan: planOf(users, environment) };
  const app = testApp();
  addEnvironment(app, planned);
  const stack = app.synth().stacks.find(({ stackName }) => stackName === 'test-Recovery-Drill');
  const template = stack?.template ?? { Resources: {} };
  const resources = (type: string): Resource[] =>
    resourcesOf({ Drill: template }, type).map(({ resource }) => resource);
  const properties = (type: string) => resources(type).map(({ Properties = {} }) => Properties);
  return { stack, template, resources, properties, text: JSON.stringify(template) };
}

let standard: ReturnType<typeof deployed>;
beforeAll(() => {
  standard = deployed();
});

interface Container {
  readonly Name: string;
  readonly Essential: boolean;
  readonly Secrets?: readonly { readonly Name: string }[];
  readonly DependsOn?: readonly { readonly ContainerName: string; readonly Condition: string }[];
}

const containers = (): readonly Container[] =>
  Object(standard.properties('AWS::ECS::TaskDefinition')[0])['ContainerDefinitions'];

describe('a recovery drill', () => {
  it.each([10, 40, 150])(
    'stands in the recovery Region, after the secrets were copied (%i users)',
    (users) => {
      const { stack } = deployed(users);
      expect(stack?.environment.region).toBe('eu-west-1');
      expect(stack?.dependencies.map(({ id }) => id)).toContain('test-Data');
    },
  );

  it.each<[string, number, Partial<Environment>]>([
    [
      'a single server with more than a task has room for',
      10,
      { storage: { growthPerYear: 0.5, filestoreGiB: 150, floorGiB: 0, filestore: 's3-files' } },
    ],
    [
      'a filestore on EFS',
      40,
      { storage: { growthPerYear: 0.5, filestoreGiB: 10, floorGiB: 0, filestore: 'efs' } },
    ],
    ['an environment without copies', 40, { recoveryRegion: undefined }],
  ])('is not made for %s', (_, users, changes) => {
    expect(deployed(users, changes).stack).toBeUndefined();
  });

  it('refers to nothing in the primary Region', () => {
    expect(standard.text).not.toContain('eu-central-1');
    expect(standard.text).not.toMatch(/"StackName":"test-(?!Recovery)/);
  });
});

describe('the task of a drill', () => {
  it('makes the copy harmless before Odoo starts, and ends with what looks at it', () => {
    const byName = Object.fromEntries(containers().map((each) => [each.Name, each]));
    expect(Object.keys(byName)).toEqual(['Configure', 'Prepare', 'Odoo', 'Check']);
    expect(byName['Prepare']?.DependsOn).toEqual([{ ContainerName: 'Configure', Condition: 'SUCCESS' }]);
    expect(byName['Odoo']?.DependsOn).toEqual([{ ContainerName: 'Prepare', Condition: 'SUCCESS' }]);
    expect(byName['Check']?.DependsOn).toContainEqual({ ContainerName: 'Odoo', Condition: 'START' });
    expect(byName['Prepare']?.Essential).toBe(false);
    expect(byName['Check']?.Essential).toBe(true);
  });

  it('knows two passwords, of the copies, and only where the configuration is written', () => {
    const known = containers().map(({ Name, Secrets = [] }) => [Name, Secrets.map((secret) => secret.Name)]);
    expect(known).toEqual([
      ['Configure', ['DB_PASSWORD', 'ADMIN_PASSWD']],
      ['Prepare', []],
      ['Odoo', []],
      ['Check', []],
    ]);
  });

  it('may do nothing in the account', () => {
    const { resources, properties } = standard;
    const [task] = resources('AWS::ECS::TaskDefinition');
    const role: string = Object(task?.Properties?.['TaskRoleArn'])['Fn::GetAtt'][0];
    const policies = properties('AWS::IAM::Policy').filter((policy) =>
      JSON.stringify(policy['Roles']).includes(role),
    );
    expect(role).toContain('TaskRole');
    expect(policies).toEqual([]);
  });

  it('keeps attachments and sessions for itself', () => {
    const [task] = standard.properties('AWS::ECS::TaskDefinition');
    expect(Object(task)['Volumes']).toEqual(
      ['configuration', 'temporary', 'data', 'filestore', 'sessions', 'drill'].map((Name) => ({ Name })),
    );
  });

  it('has room for the workflows that may be named', () => {
    const fill = { name: 'x', model: 'x', method: 'read', args: ['"'.repeat(3000)], kwargs: {} } as const;
    const changes = { recovery: { ...recovery, drill: { schedule: 'manual' as const, workflows: [fill] } } };
    for (const users of [40, 150]) {
      const [task] = deployed(users, changes).properties('AWS::ECS::TaskDefinition');
      // ECS takes 65,536 bytes.
      expect(JSON.stringify(task).length).toBeLessThan(62 * 1024);
    }
  });

  it('reads what the environment file names', () => {
    const workflows = [
      { name: 'open orders', model: 'sale.order', method: 'search_count', args: [[]], kwargs: {} },
    ] as const;
    const { text } = deployed(40, { recovery: { ...recovery, drill: { schedule: 'manual', workflows } } });
    expect(text).toContain('open orders');
    expect(text).not.toContain('purchase.order');
  });
});

describe('the network of a drill', () => {
  interface Group {
    readonly GroupDescription: string;
    readonly SecurityGroupEgress: readonly { readonly CidrIp: string; readonly FromPort: number }[];
    readonly SecurityGroupIngress?: unknown;
  }
  const groupsOf = () =>
    Object.fromEntries(
      standard.properties('AWS::EC2::SecurityGroup').map((group): [string, Group] => {
        const found: Group = Object(group);
        return [found.GroupDescription.split(' ')[0] ?? '', found];
      }),
    );

  it('lets nobody in, and out only by HTTPS and for names', () => {
    const groups = groupsOf();
    expect(Object.keys(groups)).toEqual(['Odoo', 'Database', 'Function']);
    for (const name of ['Odoo', 'Function']) {
      expect(groups[name]?.SecurityGroupEgress.map(({ FromPort }) => FromPort)).toEqual([443, 53, 53]);
      expect(groups[name]).not.toHaveProperty('SecurityGroupIngress');
    }
    // What the CDK writes for nothing at all.
    expect(groups['Database']?.SecurityGroupEgress).toMatchObject([{ CidrIp: '255.255.255.255/32' }]);
  });

  it('lets only the task and the function reach the database', () => {
    const ingress = standard.properties('AWS::EC2::SecurityGroupIngress');
    expect(ingress.map(({ FromPort }) => FromPort)).toEqual([5432, 5432]);
    expect(ingress.every(({ GroupId }) => JSON.stringify(GroupId).includes('SiteDatabase'))).toBe(true);
  });

  it('has a way out only by an address of the task, where nothing is paid for one beforehand', () => {
    const [machine] = standard.properties('AWS::StepFunctions::StateMachine');
    const definition = JSON.stringify(machine);
    expect(definition).toContain('ENABLED');
    expect(definition).not.toContain('DISABLED');
    expect(definition).toMatch(/VpcPublicSubnet1/);
    expect(definition).not.toMatch(/VpcAppSubnet/);
  });

  it('goes by the routes of an existing one', () => {
    const network = {
      kind: 'existing',
      vpcId: 'vpc-1',
      cidr: '10.9.0.0/16',
      availabilityZones: ['eu-west-1a', 'eu-west-1b'],
      publicSubnetIds: ['subnet-p1', 'subnet-p2'],
      privateSubnetIds: ['subnet-a1', 'subnet-a2'],
      isolatedSubnetIds: ['subnet-d1', 'subnet-d2'],
    } as const;
    const [machine] = deployed(40, { recovery: { ...recovery, network } }).properties(
      'AWS::StepFunctions::StateMachine',
    );
    const definition = JSON.stringify(machine);
    expect(definition).toContain('subnet-a1');
    expect(definition).not.toContain('subnet-p1');
    expect(definition).toContain('DISABLED');
  });
});

const alarmsOf = (changes: Partial<Environment> = {}) =>
  Object.fromEntries(
    deployed(40, changes)
      .properties('AWS::CloudWatch::Alarm')
      .map((alarm) => [String(alarm['MetricName']), alarm]),
  );

describe('who hears of drills', () => {
  it('is told of one that failed, or missed what was promised, by the objectives of the environment', () => {
    const alarms = alarmsOf({ objectives: { rtoHours: 6, rpoHours: 2 } });
    expect(alarms['DrillPassed']).toMatchObject({ ComparisonOperator: 'LessThanThreshold', Threshold: 1 });
    expect(alarms['DrillRecoveryTime']).toMatchObject({
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 6 * 3600,
    });
    expect(alarms['DrillRecoveryPoint']).toMatchObject({ Threshold: 2 * 3600 });
    for (const name of ['DrillPassed', 'DrillRecoveryTime', 'DrillRecoveryPoint']) {
      // A drill a month says something: until the next one it stands.
      expect(alarms[name]).toMatchObject({ TreatMissingData: 'ignore', EvaluationPeriods: 1 });
    }
  });

  it('is told that none passed for 35 days, and that nobody knows', () => {
    expect(alarmsOf()['DrillAge']).toMatchObject({
      Threshold: 35 * 24 * 3600,
      TreatMissingData: 'breaching',
      Statistic: 'Maximum',
    });
  });

  it('is not told of drills that nobody has asked for', () => {
    const changes = { recovery: { ...recovery, drill: { ...recovery.drill, schedule: 'manual' as const } } };
    expect(alarmsOf(changes)).not.toHaveProperty('DrillAge');
    expect(deployed(40, changes).resources('AWS::Scheduler::Schedule')).toEqual([]);
  });
});

it('looks each hour how long ago one passed, and whether one has left something', () => {
  const hourly = standard
    .properties('AWS::Events::Rule')
    .filter((rule) => rule['ScheduleExpression'] === 'rate(1 hour)');
  expect(JSON.stringify(hourly.map((rule) => rule['Targets'])).match(/Functions(Age|Sweep)/g)).toEqual([
    'FunctionsAge',
    'FunctionsSweep',
  ]);
});

it('begins by itself on the first Sunday of a month, with the input of one that nobody cancelled', () => {
  expect(standard.properties('AWS::Scheduler::Schedule')).toMatchObject([
    {
      ScheduleExpression: 'cron(0 6 ? * SUN#1 *)',
      ScheduleExpressionTimezone: 'Etc/UTC',
      State: 'ENABLED',
      Target: { Input: '{}' },
    },
  ]);
});
