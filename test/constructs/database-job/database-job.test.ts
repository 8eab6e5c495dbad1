import { Template } from 'aws-cdk-lib/assertions';
import { gzipSync } from 'fflate';
import { beforeAll, expect, it } from 'vitest';
import { base85 } from '../../../constructs/shared/base85.ts';
import { packedProgram } from '../../../constructs/database-job/database-job-files.ts';
import { imageReference, officialOdooImage } from '../../../config/images.ts';
import type { IdentityProvider, ModuleRollout } from '../../../config/environment.ts';
import { PROVIDER, ROLLOUT, withJob } from './database-job.fixture.ts';

const long = (length: number) => 'x'.repeat(length);
const longModules = (count: number) => Array.from({ length: count }, () => long(64));

// As much as the schema lets an environment file say.
const LONGEST_PROVIDER: IdentityProvider = {
  id: long(31),
  label: long(64),
  clientId: long(255),
  authorizationEndpoint: long(255),
  userinfoEndpoint: long(255),
  scope: long(255),
};
const LONGEST_ROLLOUT: ModuleRollout = {
  modules: longModules(10),
  phases: Array.from({ length: 10 }, () => ({ name: long(40), modules: longModules(5) })),
  phase: long(40),
};

interface Container {
  readonly Name: string;
  readonly EntryPoint: readonly string[];
  readonly Command: readonly string[];
  readonly Environment?: unknown;
  readonly MountPoints: readonly unknown[];
  readonly Secrets: readonly { readonly Name: string; readonly ValueFrom: unknown }[];
}

let containers: Record<string, Container>;

beforeAll(() => {
  const found = Template.fromStack(withJob().stack).findResources('AWS::ECS::TaskDefinition');
  const [task] = Object.values(found);
  expect(Object.keys(found)).toHaveLength(1);
  const definitions: readonly Container[] = task?.['Properties'].ContainerDefinitions;
  containers = Object.fromEntries(definitions.map((container) => [container.Name, container]));
});

it('runs the packed program, with what it needs to know', () => {
  const job = containers['Job'];
  expect(job?.EntryPoint).toEqual(['python3', '-u', '/opt/database-job/database_job.pyz']);
  const [owner, mode, data = ''] = written('--binary-file', 'database_job.pyz');
  expect([owner, mode]).toEqual(['100:101', '0400']);
  expect(data).toBe(base85(gzipSync(packedProgram(), { level: 9, mtime: 0 })));
  expect(job?.Command).toEqual([
    '--host=database.example.eu-central-1.rds.amazonaws.com',
    '--port=5432',
    '--ca-bundle=/var/lib/odoo/.postgresql/root.crt',
    '--odoo-config=/etc/odoo/odoo.conf',
    '--odoo-version=19.0',
    `--release=${imageReference(officialOdooImage('19.0'))}`,
    '--settings=/opt/database-job/settings.json',
    '--filestore=/var/lib/odoo/filestore',
    '--storage-gib=500',
    { 'Fn::Join': ['', ['--backup-bucket=', expect.anything()]] },
    '--region=eu-central-1',
  ]);
});

it('gets what the environment file says about Odoo in a file that everybody can read in a diff, and it cannot change', () => {
  const [owner, mode, text] = written('--file', 'settings.json');
  expect([owner, mode]).toEqual(['100:101', '0400']);
  expect(JSON.parse(text ?? '')).toEqual({
    baseUrl: 'https://erp.example.com',
    twoFactor: 'off',
    providers: [PROVIDER],
    ...ROLLOUT,
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

it('neither serves nor runs scheduled jobs, whatever it is asked to do', () => {
  const configuration = containers['Configure']?.Command.find((argument) => argument.startsWith('[options]'));
  expect(configuration).toMatch(/^workers = 0$/m);
  expect(configuration).toMatch(/^max_cron_threads = 0$/m);
  expect(configuration).toMatch(/^http_enable = False$/m);
});

it('fits into a task definition with the most that may be configured', () => {
  const { stack } = withJob({
    signIn: { twoFactor: 'everyone', providers: Array.from({ length: 5 }, () => LONGEST_PROVIDER) },
    rollout: LONGEST_ROLLOUT,
  });
  const [task] = Object.values(Template.fromStack(stack).findResources('AWS::ECS::TaskDefinition'));
  const text = JSON.stringify(task?.['Properties']);
  expect(text).toContain(LONGEST_PROVIDER.clientId);
  // What ECS takes.
  expect(text.length).toBeLessThan(64 * 1024);
});

/** Owner, mode and content of a file of the job, as the first container writes it. */
function written(option: string, name: string): readonly string[] {
  const command = containers['Configure']?.Command ?? [];
  const at = command.indexOf(`/opt/database-job/${name}`);
  expect(command[at - 1]).toBe(option);
  return command.slice(at + 1, at + 4);
}

it('may read what a single server or a copy left in the backup bucket, and nothing else there', () => {
  const policies = JSON.stringify(Template.fromStack(withJob().stack).findResources('AWS::IAM::Policy'));
  const objects = [...policies.matchAll(/"(\/(?:failback|server|received)\/[^"]*)"/g)].map(
    ([, path = '']) => path,
  );
  expect([...new Set(objects)].toSorted()).toEqual([
    '/failback/*',
    '/received/*',
    '/server/dumps/*',
    '/server/handover/*',
    '/server/pgbackrest/backup/odoo/backup.info',
  ]);
  expect(policies).not.toMatch(/s3:(Put|Delete)/);
});

it('writes into that bucket only where it hands over, and only its dumps', () => {
  const { stack } = withJob({ handsOver: true });
  const policies = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
  const statements: readonly { readonly Action: unknown; readonly Resource: unknown }[] = policies.flatMap(
    (policy) => policy['Properties'].PolicyDocument.Statement,
  );
  const writing = statements.filter(({ Action }) => /s3:(Put|Delete|Abort)/.test(JSON.stringify(Action)));
  expect(writing.map(({ Action }) => Action)).toEqual([['s3:AbortMultipartUpload', 's3:PutObject']]);
  expect(JSON.stringify(writing[0]?.Resource)).toContain('"/failback/*"');
});

it('has room on its disk for the dump of a large database', () => {
  const [task] = Object.values(Template.fromStack(withJob().stack).findResources('AWS::ECS::TaskDefinition'));
  expect(task?.['Properties']).toMatchObject({ EphemeralStorage: { SizeInGiB: 200 } });
});
