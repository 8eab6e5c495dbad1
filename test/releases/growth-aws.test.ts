import {
  CloudFormationClient,
  CreateStackCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { S3Client, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackupBucket } from '../../lib/growth/aws/backup-bucket.ts';
import { EnvironmentStacks } from '../../lib/growth/aws/stacks.ts';
import { newJournal } from '../../lib/growth/journal.ts';
import { Emulator } from '../../lib/local/emulator.ts';
import { emulatorPython, findPython, PYTHON_MISSING } from '../../lib/local/python.ts';

// What a growth asks CloudFormation and S3 for, against the emulator of AWS that the local deployment uses as well.
const region = 'eu-central-1';
let emulator: Emulator;
let stacks: EnvironmentStacks;

beforeAll(async () => {
  const python = await findPython();
  if (python === undefined) throw new Error(PYTHON_MISSING);
  emulator = await Emulator.start({
    python: await emulatorPython(python),
    account: '111122223333',
    region,
    hostedZones: {},
  });
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: emulator.endpoint,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  stacks = new EnvironmentStacks('prod', region);
  await create('prod-Data', { BackupBucket26B8E51C: { Type: 'AWS::S3::Bucket' } }, true);
  await create('prod-Dns', record('203.0.113.7'));
});
afterAll(() => emulator?.stop());

function record(value: string) {
  return { DnsRecord: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: value } } };
}

async function create(name: string, resources: object, isProtected = false): Promise<void> {
  const client = new CloudFormationClient({ region });
  await client.send(
    new CreateStackCommand({
      StackName: name,
      TemplateBody: JSON.stringify({ Resources: resources, Outputs: { Kind: { Value: name } } }),
      EnableTerminationProtection: isProtected,
    }),
  );
  await waitUntilStackCreateComplete({ client, maxWaitTime: 60 }, { StackName: name });
}

describe('the stacks of an environment', () => {
  it('are found with what is in them, or not found', async () => {
    expect(await stacks.status('Dns')).toBe('CREATE_COMPLETE');
    expect(await stacks.status('Service')).toBeUndefined();
    expect(await stacks.output('Dns', 'Kind')).toBe('prod-Dns');
    await expect(stacks.output('Dns', 'StateMachine')).rejects.toThrow(
      'has no output StateMachine: deploy it',
    );
    await expect(stacks.resource('Dns', 'AWS::S3::Bucket')).rejects.toThrow(
      'has 0 resources AWS::S3::Bucket',
    );
  });

  it('go back to a template that they had, also when they are there already', async () => {
    const before = await stacks.template('Dns');
    await stacks.update('Dns', JSON.stringify({ Resources: record('another') }));
    expect(await stacks.template('Dns')).toContain('another');
    for (let i = 0; i < 2; i++) await stacks.update('Dns', before);
    expect(JSON.parse(await stacks.template('Dns'))).toEqual(JSON.parse(before));
  });
});

describe('the journal', () => {
  it('is kept in the backup bucket, for any machine', async () => {
    const journal = newJournal('prod', new Date(0));
    const [one, other] = [new BackupBucket(stacks, region), new BackupBucket(stacks, region)];
    expect(await one.read()).toBeUndefined();
    await one.write(journal);
    await one.write({ ...journal, state: 'undoing' });
    expect(await other.read()).toMatchObject({ state: 'undoing', started: '1970-01-01T00:00:00.000Z' });
  });

  it('is written by one operator at a time', async () => {
    const [one, other] = [new BackupBucket(stacks, region), new BackupBucket(stacks, region)];
    const journal = await one.read();
    if (journal === undefined) throw new Error('no journal');
    await other.read();
    await one.write({ ...journal, state: 'undone' });
    await expect(other.write(journal)).rejects.toThrow('somebody else is growing this environment');
  });

  it('lies beside the dumps, of which the newest is found', async () => {
    const bucket = await stacks.resource('Data', 'AWS::S3::Bucket', 'BackupBucket');
    for (const day of ['28', '30', '29']) {
      const Key = `server/dumps/2026-11-${day}T00-45-00Z.dump`;
      await new S3Client({ region, forcePathStyle: true }).send(
        new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' }),
      );
    }
    expect(await new BackupBucket(stacks, region).newestDump()).toBe(
      'server/dumps/2026-11-30T00-45-00Z.dump',
    );
  });
});

describe('the end of a stack', () => {
  it('is awaited, also of one that is protected, and may come twice', async () => {
    await stacks.delete('Dns');
    expect(await stacks.status('Dns')).toBeUndefined();
    await stacks.delete('Dns');
  });
});
