import { aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { IdentityProvider } from '../../../config/environment.ts';
import { DatabaseJob } from '../../../constructs/database-job/database-job.ts';
import { OdooService } from '../../../constructs/odoo-service/odoo-service.ts';
import { findingsOf, idleAcknowledgments } from '../../support/nag.ts';
import { findPython } from '../../support/python.ts';
import { type Fixture, surroundings } from '../odoo-service/odoo-service.fixture.ts';

const FOLDER = new URL('../../../constructs/database-job/', import.meta.url);

const PROVIDER: IdentityProvider = {
  id: 'entra',
  label: 'Sign in with Example',
  clientId: 'client-1',
  authorizationEndpoint: 'https://login.example.com/authorize',
  userinfoEndpoint: 'https://login.example.com/userinfo',
  scope: 'openid profile email',
};

interface Container {
  readonly Name: string;
  readonly EntryPoint: readonly string[];
  readonly Command: readonly string[];
  readonly Environment?: unknown;
  readonly MountPoints: readonly unknown[];
  readonly Secrets: readonly { readonly Name: string; readonly ValueFrom: unknown }[];
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

function withJob(): Fixture & { readonly job: DatabaseJob } {
  const fixture = surroundings(40);
  const { before, stack, cluster, node, network } = fixture;
  const job = new DatabaseJob(stack, 'DatabaseJob', {
    cluster,
    node,
    network,
    version: '19.0',
    adminPassword: node.masterPassword,
    backupBucket: new s3.Bucket(before, 'BackupBucket'),
    domain: { name: 'erp.example.com' },
    signIn: { twoFactor: 'off', providers: [PROVIDER] },
    logKey: new kms.Key(before, 'JobLogKey'),
    logRetentionDays: 30,
  });
  return { ...fixture, job };
}

let template: Template;
let containers: Record<string, Container>;

beforeAll(() => {
  const fixture = withJob();
  const { stack, cluster, node, plan, network, loadBalancer, job } = fixture;
  const { targetGroup } = loadBalancer;
  new OdooService(stack, 'Odoo', { cluster, node, plan, network, targetGroup, after: [job.done] });
  template = Template.fromStack(stack);
  const definitions: readonly Container[] = only('AWS::ECS::TaskDefinition', 'DatabaseJob').Properties
    .ContainerDefinitions;
  containers = Object.fromEntries(definitions.map((container) => [container.Name, container]));
});

describe('the task', () => {
  it('runs the program that the tests run, with what it needs to know', () => {
    const job = containers['Job'];
    expect(job?.EntryPoint).toEqual(['python3', '-u', '/opt/database-job/database_job.py']);
    const names = readdirSync(new URL('files', FOLDER)).filter((name) => name.endsWith('.py'));
    const shipped = names.map((name) => written(name));
    expect(shipped.map(([owner, mode]) => `${owner} ${mode}`)).toEqual(names.map(() => '100:101 0400'));
    const tested = names.map((name) => readFileSync(new URL(`files/${name}`, FOLDER), 'utf8'));
    expect(meaningOf(shipped.map(([, , text = '']) => text))).toEqual(meaningOf(tested));
    expect(job?.Command).toEqual([
      '--host=database.example.eu-central-1.rds.amazonaws.com',
      '--port=5432',
      '--ca-bundle=/var/lib/odoo/.postgresql/root.crt',
      '--odoo-config=/etc/odoo/odoo.conf',
      '--odoo-version=19.0',
      '--settings=/opt/database-job/settings.json',
      '--filestore=/var/lib/odoo/filestore',
      { 'Fn::Join': ['', ['--backup-bucket=', expect.anything()]] },
      '--region=eu-central-1',
    ]);
  });

  it('gets what the environment file says about Odoo, in a file that it cannot change', () => {
    const [, , text] = written('settings.json');
    expect(JSON.parse(text ?? '')).toEqual({
      baseUrl: 'https://erp.example.com',
      twoFactor: 'off',
      providers: [PROVIDER],
    });
    expect(containers['Job']?.MountPoints).toContainEqual({
      SourceVolume: 'job',
      ContainerPath: '/opt/database-job',
      ReadOnly: true,
    });
  });

  it('gets every password from Secrets Manager and none as a plain variable', () => {
    const job = containers['Job'];
    expect(JSON.stringify(job?.Environment ?? [])).not.toMatch(/PASSWORD|SECRET|USER/);
    expect(job?.Secrets.map(({ Name }) => Name)).toEqual([
      'MASTER_USER',
      'MASTER_PASSWORD',
      'DATABASE_PASSWORD',
      'ADMIN_PASSWORD',
    ]);
    expect(JSON.stringify(job?.Secrets)).toMatch(/:username::.*:password::/);
  });

  it('may read what a single server left in the backup bucket, and nothing else there', () => {
    const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
    const objects = [...policies.matchAll(/"(\/server\/[^"]*)"/g)].map(([, path = '']) => path);
    expect([...new Set(objects)].toSorted()).toEqual([
      '/server/dumps/*',
      '/server/handover/*',
      '/server/pgbackrest/backup/odoo/backup.info',
    ]);
    expect(policies).not.toMatch(/s3:(Put|Delete)/);
  });

  it('has room on its disk for the dump of a large database', () => {
    expect(only('AWS::ECS::TaskDefinition', 'DatabaseJob').Properties).toMatchObject({
      EphemeralStorage: { SizeInGiB: 200 },
    });
  });

  it('neither serves nor runs scheduled jobs, whatever it is asked to do', () => {
    const configuration = containers['Configure']?.Command.find((argument) =>
      argument.startsWith('[options]'),
    );
    expect(configuration).toMatch(/^workers = 0$/m);
    expect(configuration).toMatch(/^max_cron_threads = 0$/m);
    expect(configuration).toMatch(/^http_enable = False$/m);
  });

  it('fits into a task definition with room for the most that may be configured', () => {
    const definition = JSON.stringify(only('AWS::ECS::TaskDefinition', 'DatabaseJob').Properties);
    // ECS takes 64 KiB. Five providers whose every field is as long as allowed are 7 KiB.
    expect(definition.length).toBeLessThan(56 * 1024);
  });
});

describe('the run', () => {
  it('names the revision of the task, so that a changed task is what makes it run again', () => {
    const [definition] = Object.keys(template.findResources('AWS::ECS::TaskDefinition')).filter((id) =>
      id.includes('DatabaseJob'),
    );
    template.hasResourceProperties('Custom::DatabaseJob', {
      TaskDefinition: { Ref: definition },
      Container: 'Job',
      LogStreamPrefix: 'databasejob',
      BudgetMinutes: 50,
      Subnets: Match.anyValue(),
      SecurityGroup: Match.anyValue(),
    });
  });

  it('ends in time for CloudFormation, which waits for an hour', () => {
    const machine = JSON.stringify(only('AWS::StepFunctions::StateMachine').Properties);
    const interval = Number(/IntervalSeconds\\":(\d+)/.exec(machine)?.[1]);
    const attempts = Number(/MaxAttempts\\":(\d+)/.exec(machine)?.[1]);
    const backstopMinutes = (interval * attempts) / 60;
    expect(backstopMinutes).toBeGreaterThan(50);
    expect(backstopMinutes).toBeLessThan(60);
  });

  it('waits for what the task needs to start at all', () => {
    const dependencies = only('Custom::DatabaseJob').DependsOn ?? [];
    for (const needed of [/ExecutionRoleDefaultPolicy/, /TaskRole/, /^Cluster.*/]) {
      expect(dependencies).toContainEqual(expect.stringMatching(needed));
    }
  });

  it('comes before any service', () => {
    const [run] = Object.keys(template.findResources('Custom::DatabaseJob'));
    const services = Object.values(template.findResources('AWS::ECS::Service'));
    expect(services).toHaveLength(2);
    for (const { DependsOn } of services) expect(DependsOn).toContain(run);
  });
});

describe('the functions', () => {
  it('run on a runtime that is named, from files that need no bundling', () => {
    for (const handler of ['index.onEvent', 'index.isComplete']) {
      template.hasResourceProperties('AWS::Lambda::Function', { Handler: handler, Runtime: 'nodejs24.x' });
    }
    expect(readdirSync(new URL('run-job.lambda', FOLDER))).toEqual(['index.mjs', 'run-job.mjs']);
  });

  it('may start revisions of this one task on this one cluster, with its two roles', () => {
    const statements = statementsOf('StartRole');
    expect(statements).toContainEqual(
      expect.objectContaining({
        Action: 'ecs:RunTask',
        Condition: { ArnEquals: { 'ecs:cluster': expect.anything() } },
      }),
    );
    const run = statements.find(({ Action }) => Action === 'ecs:RunTask');
    expect(JSON.stringify(run?.Resource)).toMatch(/:task-definition\/ServiceDatabaseJobDefinition\w+:\*"/);
    const passed = statements
      .filter(({ Action }) => Action === 'iam:PassRole')
      .map(({ Resource }) => Resource);
    expect(JSON.stringify(passed)).toMatch(/ExecutionRole.*TaskRole/);
    expect(JSON.stringify(passed)).not.toContain('"*"');
  });

  it('may look at and stop tasks of this one cluster', () => {
    const watch = statementsOf('WatchRole').find(({ Action }) => Action.includes('ecs:StopTask'));
    expect(watch).toMatchObject({
      Action: ['ecs:DescribeTasks', 'ecs:StopTask'],
      Condition: { ArnEquals: { 'ecs:cluster': expect.anything() } },
    });
    expect(JSON.stringify(watch?.Resource)).toMatch(/:task\/.*\/\*"/);
  });

  it('keep their logs encrypted and only as long as told', () => {
    const logs = only('AWS::Logs::LogGroup', 'DatabaseJobRunnerLogs');
    expect(logs.Properties).toMatchObject({ RetentionInDays: 30, KmsKeyId: expect.anything() });
    for (const { Properties } of Object.values(template.findResources('AWS::Lambda::Function'))) {
      expect(Properties.LoggingConfig.LogGroup).toEqual({
        Ref: expect.stringContaining('DatabaseJobRunnerLogs'),
      });
    }
  });
});

it('has no open finding and no acknowledgment that excuses nothing', () => {
  const { job } = withJob();
  const findings = findingsOf(job).filter(({ path }) => path.startsWith(job.node.path));
  expect(findings.filter(({ acknowledged, evaluated }) => acknowledged === undefined || !evaluated)).toEqual(
    [],
  );
  expect(idleAcknowledgments(job, findings).filter((line) => line.includes(job.node.path))).toEqual([]);
  const reasons = findings.map(({ id, acknowledged }) => `${id.split('[')[0]} ${acknowledged}`);
  expect(new Set(reasons).size).toBe(new Set(findings.map(({ id }) => id)).size);
});

/** Owner, mode and text of a file of the job, as the first container writes it. */
function written(name: string): readonly string[] {
  const command = containers['Configure']?.Command ?? [];
  const at = command.indexOf(`/opt/database-job/${name}`);
  expect(command[at - 1]).toBe('--file');
  return command.slice(at + 1, at + 4);
}

/** What Python makes of programs: their syntax trees without docstrings. */
function meaningOf(programs: readonly string[]): unknown {
  const script = `
import ast, json, sys
def tree(text):
    parsed = ast.parse(text)
    for node in ast.walk(parsed):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            del body[0]
    return ast.dump(parsed)
print(json.dumps([tree(text) for text in json.load(sys.stdin)]))`;
  const options = { input: JSON.stringify(programs), maxBuffer: 2 ** 26 };
  return JSON.parse(execFileSync(findPython(['ast'], ['python3']), ['-c', script], options).toString());
}

/** The one resource of a type whose logical id contains a text. */
function only(type: string, id = '') {
  const found = Object.entries(template.findResources(type)).filter(([logicalId]) => logicalId.includes(id));
  expect(found).toHaveLength(1);
  const [, resource] = found[0] ?? [];
  return resource ?? {};
}

function statementsOf(role: string): readonly Statement[] {
  return only('AWS::IAM::Policy', `DatabaseJobRunner${role}`).Properties.PolicyDocument.Statement;
}
