import { Stack } from 'aws-cdk-lib';
import { beforeAll, describe, expect, it } from 'vitest';
import { WORKFLOWS } from '../../../config/drill.ts';
import type { Environment } from '../../../config/environment.ts';
import { addEnvironment } from '../../../lib/odoo-environment.ts';
import { environmentOf, planOf, production } from '../../support/environments.ts';
import { idleAcknowledgments, openFindings } from '../../support/nag.ts';
import { testApp } from '../../support/stack.ts';
import { type Resource, resourcesOf } from '../../support/templates.ts';

const recovery: Environment['recovery'] = {
  network: { kind: 'new', cidr: '10.40.0.0/16' },
  dns: 'switch',
  drill: { schedule: 'monthly', workflows: WORKFLOWS },
};

function appWith(changes: Partial<Environment> = {}) {
  const environment = { ...production, recoveryRegion: 'eu-west-1', recovery, ...changes };
  const planned = { environment: environmentOf(10, environment), plan: planOf(10, environment) };
  const app = testApp();
  addEnvironment(app, planned);
  return { app, planned };
}

function deployed(changes: Partial<Environment> = {}) {
  const { app, planned } = appWith(changes);
  const { stacks } = app.synth();
  const named = (name: string) => stacks.find(({ stackName }) => stackName === name);
  const template = named('test-Recovery-Drill')?.template ?? { Resources: {} };
  const resources = (type: string): Resource[] =>
    resourcesOf({ Drill: template }, type).map(({ resource }) => resource);
  const properties = (type: string) => resources(type).map(({ Properties = {} }) => Properties);
  return { named, template, resources, properties, text: JSON.stringify(template), plan: planned.plan };
}

interface Container {
  readonly Name: string;
  readonly Image: unknown;
  readonly Essential: boolean;
  readonly ReadonlyRootFilesystem: boolean;
  readonly Command?: readonly unknown[];
  readonly Secrets?: readonly { readonly Name: string }[];
  readonly Environment?: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly MountPoints: readonly { readonly SourceVolume: string; readonly ReadOnly: boolean }[];
}

let standard: ReturnType<typeof deployed>;
let containers: Readonly<Record<string, Container>>;
beforeAll(() => {
  standard = deployed();
  const found: readonly Container[] = Object(standard.properties('AWS::ECS::TaskDefinition')[0])[
    'ContainerDefinitions'
  ];
  containers = Object.fromEntries(found.map((each) => [each.Name, each]));
});

/** Statements of the policies of a role. */
function statementsOf(role: string): readonly { readonly Action: unknown; readonly Resource: unknown }[] {
  return standard
    .properties('AWS::IAM::Policy')
    .filter((policy) => JSON.stringify(policy['Roles']).includes(role))
    .flatMap((policy) => Object(policy['PolicyDocument'])['Statement']);
}

describe('the task of a drill of a single server', () => {
  it('restores beside the other containers, which see its socket and not its files', () => {
    expect(Object.keys(containers)).toEqual(['Configure', 'Prepare', 'Odoo', 'Check', 'Restore']);
    const volumesOf = (name: string) => containers[name]?.MountPoints.map(({ SourceVolume }) => SourceVolume);
    expect(volumesOf('Restore')).toEqual(['database', 'restored']);
    for (const name of ['Prepare', 'Odoo']) {
      expect(volumesOf(name)).toContain('database');
      expect(volumesOf(name)).not.toContain('restored');
      const socket = containers[name]?.MountPoints.find(({ SourceVolume }) => SourceVolume === 'database');
      expect(socket?.ReadOnly).toBe(true);
    }
    // Without a database there is nothing to go on with.
    expect(containers['Restore']?.Essential).toBe(true);
  });

  it('is told of no database but its own, and waits for that', () => {
    const configured = JSON.stringify(containers['Configure']?.Command);
    expect(configured).toContain('db_host = /run/drill-database');
    expect(configured).toContain('db_sslmode = disable');
    const prepare = JSON.stringify(containers['Prepare']?.Command);
    expect(prepare).toContain('--host-prefix=/run/drill-database');
    expect(prepare).toContain('--wait-for=/run/drill-database/ready');
  });

  it('knows the passphrase where it restores, and nowhere else', () => {
    const known = Object.values(containers).map(({ Name, Secrets = [] }) => [
      Name,
      Secrets.map((secret) => secret.Name),
    ]);
    expect(Object.fromEntries(known)).toEqual({
      Configure: ['DB_PASSWORD', 'ADMIN_PASSWD'],
      Prepare: [],
      Odoo: [],
      Check: [],
      Restore: ['PGBACKREST_REPO1_CIPHER_PASS'],
    });
  });

  it('writes outside of its volumes only where packages are installed', () => {
    const writable = Object.values(containers).filter((each) => !each.ReadonlyRootFilesystem);
    expect(writable.map(({ Name }) => Name)).toEqual(['Restore']);
    expect(containers['Restore']?.Image).toMatch(/\/ubuntu@sha256:[0-9a-f]{64}$/);
  });

  it('has the size of the server, and a disk for what is on its data volume', () => {
    const { server } = standard.plan;
    expect(standard.properties('AWS::ECS::TaskDefinition')[0]).toMatchObject({
      Cpu: `${(server?.vcpu ?? 0) * 1024}`,
      Memory: `${server?.memoryMiB}`,
      EphemeralStorage: { SizeInGiB: server?.dataVolume.sizeGiB },
    });
  });

  it('fits into a task definition, with the workflows that may be named', () => {
    const fill = { name: 'x', model: 'x', method: 'read', args: ['"'.repeat(3000)], kwargs: {} } as const;
    const changes = { recovery: { ...recovery, drill: { schedule: 'manual' as const, workflows: [fill] } } };
    const [task] = deployed(changes).properties('AWS::ECS::TaskDefinition');
    expect(JSON.stringify(task).length).toBeLessThan(62 * 1024);
  });

  it('reads copies and programs, and may do nothing else', () => {
    const statements = statementsOf('TaskRole');
    expect(new Set(statements.flatMap(({ Action }) => Action))).toEqual(
      new Set(['kms:Decrypt', 's3:GetObject', 's3:ListBucket']),
    );
    const text = JSON.stringify(statements);
    expect(text).toContain('/server/*');
    expect(text).toContain('/filestore/odoo/*');
    expect(text).toContain('"s3:prefix":"server/*"');
    expect(statements.map(({ Resource }) => Resource)).not.toContain('*');
  });
});

describe('a drill of a single server', () => {
  it('has no finding of the auditor that nobody has explained, and explains none that there is not', () => {
    const stack = appWith().app.node.findChild('test-Recovery-Drill');
    if (!(stack instanceof Stack)) throw new Error('there is no such stack');
    expect(openFindings(stack)).toEqual([]);
    expect(idleAcknowledgments(stack)).toEqual([]);
  });

  it('has nothing to do with RDS', () => {
    expect(standard.text).not.toContain('rds:');
    expect(standard.resources('AWS::RDS::DBSubnetGroup')).toEqual([]);
    expect(standard.text).not.toContain('index.validate');
  });

  it('refers to nothing in the primary Region', () => {
    expect(standard.text).not.toContain('eu-central-1');
    expect(standard.text).not.toMatch(/"StackName":"test-(?!Recovery)/);
  });

  it('lets nobody in, and out only by HTTPS, for packages and for names', () => {
    const groups = standard.properties('AWS::EC2::SecurityGroup');
    expect(groups).toHaveLength(1);
    const egress: readonly { readonly FromPort: number }[] = Object(groups[0])['SecurityGroupEgress'];
    expect(egress.map(({ FromPort }) => FromPort)).toEqual([443, 80, 53, 53]);
    expect(groups[0]).not.toHaveProperty('SecurityGroupIngress');
    expect(standard.resources('AWS::EC2::SecurityGroupIngress')).toEqual([]);
  });

  it('begins by itself, and tells the same alarms', () => {
    expect(standard.resources('AWS::Scheduler::Schedule')).toHaveLength(1);
    expect(standard.properties('AWS::CloudWatch::Alarm').map((alarm) => alarm['MetricName'])).toEqual(
      expect.arrayContaining(['DrillPassed', 'DrillRecoveryTime', 'DrillRecoveryPoint', 'DrillAge']),
    );
  });

  it('that would not fit is announced as none, with the reason', () => {
    const { named } = deployed({ storage: { ...environmentOf(10).storage, filestoreGiB: 150 } });
    expect(named('test-Recovery-Drill')).toBeUndefined();
    expect(JSON.stringify(named('test-Recovery')?.messages)).toMatch(
      /test\.storage is \d+ GiB[^"]*more than the task of a drill has room for/,
    );
  });
});
