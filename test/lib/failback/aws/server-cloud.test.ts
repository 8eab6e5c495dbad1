import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Tier } from '../../../../config/sizing/plan.ts';
import { HANDED_OVER } from '../../../../constructs/backup/backup-prefixes.ts';
import type { StackPurpose } from '../../../../lib/growth/cloud.ts';
import { awsRegions } from '../../../../lib/failback/aws/aws-regions.ts';
import { AwsServerFailback } from '../../../../lib/failback/aws/server-cloud.ts';
import { FailbackProblem } from '../../../../lib/failback/failback.ts';
import { AwsWire, type Refusal, type Success, type WireCall } from '../../../support/aws-wire.ts';
import { environmentOf } from '../../../support/environments.ts';
import { noStack, resourcesPage, stackAnswer } from '../../../support/stack-answers.ts';

const [HOME, AWAY] = ['eu-central-1', 'eu-west-1'];
const SEND = 'AmazonSSM.SendCommand';
const MARK = `server/${HANDED_OVER}`;
const NEEDED = ['pgbackrest/archive/odoo/archive.info', 'pgbackrest/backup/odoo/backup.info'];

interface Stored {
  readonly content: string;
  readonly modified: number;
}

let wire: AwsWire;
let cloud: AwsServerFailback;
let deployed: unknown[];
let exitCode: number;
/** By bucket and key. */
let objects: Map<string, Stored>;
/** Seconds, of S3. */
let clock: number;
/** Of the stack Server at home. */
let status: string | undefined;
/** Instances of the group, at each look at it. */
let instances: string[];
/** What a server prints, by the command. */
let prints: Record<string, string>;

beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());
beforeEach(() => {
  wire.reset();
  wire.otherwise = account;
  deployed = [];
  exitCode = 0;
  objects = new Map();
  clock = 0;
  status = 'CREATE_COMPLETE';
  instances = ['i-1'];
  prints = {};
  cloud = new AwsServerFailback(
    environmentOf(10, { name: 'prod', region: HOME }),
    AWAY,
    async () => undefined,
    async (names, context) => {
      deployed.push([names, context]);
      return exitCode;
    },
  );
});

function account(call: WireCall): Success | Refusal | undefined {
  return stacks(call) ?? server(call) ?? s3(call);
}

function stacks({ operation, parameters, region }: WireCall): Success | Refusal | undefined {
  const stack = String(parameters['StackName']);
  if (operation === 'DescribeStacks') {
    return status === undefined
      ? noStack(stack)
      : stackAnswer(stack, {}, `<StackStatus>${status}</StackStatus>`);
  }
  if (operation === 'DeleteStack') {
    status = 'DELETE_COMPLETE';
    return { body: '' };
  }
  if (operation !== 'ListStackResources') return undefined;
  const bucket = 'AWS::S3::Bucket';
  const found: Record<string, Success> = {
    [`${HOME} prod-Data`]: resourcesPage([[bucket, 'BackupBucket1', 'home-backups']]),
    [`${AWAY} prod-Recovery`]: resourcesPage([[bucket, 'BackupReplica1', 'away-backups']]),
    [`${HOME} prod-Server`]: resourcesPage([['AWS::AutoScaling::AutoScalingGroup', 'Group', 'home-group']]),
    [`${AWAY} prod-Recovery-Server`]: resourcesPage([
      ['AWS::AutoScaling::AutoScalingGroup', 'Group', 'away-group'],
    ]),
  };
  return found[`${region} ${stack}`];
}

function server({ operation, parameters }: WireCall): Success | undefined {
  if (operation === 'UpdateAutoScalingGroup') return { body: '' };
  if (operation === 'DescribeAutoScalingGroups') {
    const id = instances.length > 1 ? instances.shift() : instances[0];
    const members = id
      ? `<member><InstanceId>${id}</InstanceId><LifecycleState>InService</LifecycleState></member>`
      : '';
    return {
      body: `<AutoScalingGroups><member><Instances>${members}</Instances></member></AutoScalingGroups>`,
    };
  }
  if (operation === SEND) return { body: { Command: { CommandId: commandsOf(parameters).join() } } };
  if (operation !== 'AmazonSSM.GetCommandInvocation') return undefined;
  const text = prints[String(parameters['CommandId'])];
  return text === undefined
    ? { body: { Status: 'Failed', StandardErrorContent: 'no such thing' } }
    : { body: { Status: 'Success', StandardOutputContent: text } };
}

function commandsOf({ Parameters }: WireCall['parameters']): readonly string[] {
  return typeof Parameters === 'object' && Parameters !== null && 'commands' in Parameters
    ? [Parameters.commands].flat().map(String)
    : [];
}

/** As much of it as is asked for: lists, looks, copies, writes, deletes. */
function s3({ operation, parameters, headers, body }: WireCall): Success | Refusal | undefined {
  const [, method, bucket = '', key = ''] = /^(\w+) \/([^/]+)\/(.*)$/.exec(operation) ?? [];
  const name = `${bucket}/${key}`;
  if (method === 'GET') return { body: listing(bucket, String(parameters['prefix'])) };
  if (method === 'HEAD') {
    const found = objects.get(name);
    if (found === undefined) return { code: 'NotFound', status: 404 };
    return { headers: { 'content-length': String(found.content.length), etag: '"1"' } };
  }
  if (method === 'DELETE') {
    objects.delete(name);
    return { body: '' };
  }
  if (method !== 'PUT') return undefined;
  const source = headers['x-amz-copy-source'];
  const content = source === undefined ? body : objects.get(decodeURIComponent(String(source)))?.content;
  if (content === undefined) return { code: 'NoSuchKey', status: 404 };
  put(name, content);
  return { body: '<CopyObjectResult><ETag>"1"</ETag></CopyObjectResult>' };
}

function listing(bucket: string, prefix: string): string {
  const begin = `${bucket}/${prefix}`;
  const found = [...objects].filter(([name]) => name.startsWith(begin));
  const contents = found.map(
    ([name, { content, modified }]) =>
      `<Contents><Key>${name.slice(bucket.length + 1)}</Key><Size>${content.length}</Size><LastModified>${new Date(modified * 1000).toISOString()}</LastModified></Contents>`,
  );
  return `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`;
}

function put(name: string, content: string): void {
  clock++;
  objects.set(name, { content, modified: clock });
}

const contents = () =>
  Object.fromEntries([...objects.keys()].toSorted().map((name) => [name, objects.get(name)?.content ?? '']));

describe('the recovered server', () => {
  const handedOver = { dump: 'a', dumpBytes: 1, manifest: 'b', seconds: { copyBefore: 1, stop: 1, save: 1 } };
  const check = 'runuser -u postgres -- pgbackrest --stanza=odoo check';

  it('hands over in its Region, and only once the last of its log is in the archive', async () => {
    prints = { 'odoo-hand-over': `hand-over: dumped\n${JSON.stringify(handedOver)}\n`, [check]: 'done\n' };
    expect(await cloud.handOver()).toEqual(handedOver);
    const asked = wire.calls.filter(({ operation }) => operation === SEND);
    expect(asked.map(({ region, parameters }) => [region, ...commandsOf(parameters)])).toEqual([
      [AWAY, 'odoo-hand-over'],
      [AWAY, check],
    ]);
    expect(asked[0]?.parameters['Comment']).toBe('npm run failback');
  });

  it('has not handed over while the archive lacks something', async () => {
    prints = { 'odoo-hand-over': JSON.stringify(handedOver) };
    const failure = cloud.handOver();
    await expect(failure).rejects.toBeInstanceOf(FailbackProblem);
    await expect(failure).rejects.toThrow('no such thing; mend it and run failback again');
  });

  it('takes back', async () => {
    prints = { 'odoo-hand-over --take-back': '{"takenBack": 1}' };
    await cloud.takeBack();
    expect(wire.asked('DescribeAutoScalingGroups')).toEqual([
      { 'AutoScalingGroupNames.member.1': 'away-group' },
    ]);
  });
});

describe('the backups', () => {
  beforeEach(() => {
    for (const name of NEEDED) {
      put(`away-backups/recovered/${name}`, `new ${name}`);
      put(`home-backups/server/${name}`, `old ${name}`);
    }
    put(`away-backups/recovered/${HANDED_OVER}`, '{}');
    put('away-backups/server/dumps/1', 'of the lost server');
  });

  it('at home are set aside but for the mark, nothing of them deleted before its copy is there', async () => {
    await cloud.silenceHome();
    expect(await cloud.setHomeBackupsAside('before-the-loss/1/')).toBe(2);
    expect(JSON.parse(contents()[`home-backups/${MARK}`] ?? '')).toEqual({ since: expect.any(Number) });
    const names = Object.keys(contents()).filter((name) => name.startsWith('home-backups/'));
    expect(names).toEqual([
      ...NEEDED.map((name) => `home-backups/before-the-loss/1/${name}`),
      `home-backups/${MARK}`,
    ]);
    for (const name of NEEDED) {
      expect(contents()[`home-backups/before-the-loss/1/${name}`]).toBe(`old ${name}`);
      const order = wire.calls.map(({ operation }) => operation);
      expect(order.indexOf(`PUT /home-backups/before-the-loss/1/${name}`)).toBeLessThan(
        order.indexOf(`DELETE /home-backups/server/${name}`),
      );
    }
    expect(await cloud.setHomeBackupsAside('before-the-loss/1/')).toBe(0);
  });

  it('stay where they are when a copy is not what was copied', async () => {
    const [name = ''] = NEEDED;
    wire.on(`HEAD /home-backups/before-the-loss/1/${name}`, {
      headers: { 'content-length': '1', etag: '"1"' },
    });
    await expect(cloud.setHomeBackupsAside('before-the-loss/1/')).rejects.toThrow(
      'is not what was copied there',
    );
    expect(contents()[`home-backups/server/${name}`]).toBe(`old ${name}`);
  });

  it('of the recovered server go where a server at home looks for them, without its mark', async () => {
    await cloud.setHomeBackupsAside('before-the-loss/1/');
    const bytes = NEEDED.reduce((sum, name) => sum + `new ${name}`.length, 0);
    expect(await cloud.bringBackupsHome()).toEqual({ objects: 2, bytes });
    for (const name of NEEDED) expect(contents()[`home-backups/server/${name}`]).toBe(`new ${name}`);
    expect(contents()).not.toHaveProperty([`home-backups/${MARK}`]);
    expect(contents()).not.toHaveProperty(['home-backups/server/dumps/1']);
  });

  it('are copied once, and what was written since once more', async () => {
    await cloud.bringBackupsHome();
    const [first = ''] = NEEDED;
    // Of the same size.
    put(`away-backups/recovered/${first}`, `NEW ${first}`);
    wire.calls.length = 0;
    expect(await cloud.bringBackupsHome()).toMatchObject({ objects: 2 });
    expect(wire.calls.map(({ operation }) => operation).filter((text) => text.startsWith('PUT'))).toEqual([
      `PUT /home-backups/server/${first}`,
    ]);
    expect(contents()[`home-backups/server/${first}`]).toBe(`NEW ${first}`);
  });

  it.each(NEEDED)('are not brought home without %s', async (name) => {
    objects.delete(`away-backups/recovered/${name}`);
    wire.calls.length = 0;
    await expect(cloud.bringBackupsHome()).rejects.toThrow(`s3://away-backups/recovered/${name} is missing`);
    expect(wire.calls.some(({ operation }) => operation.startsWith('PUT'))).toBe(false);
  });

  it('of the recovered server are set aside with its mark, and those that were copied stay', async () => {
    expect(await cloud.setRecoveredBackupsAside('gone-home/1/')).toBe(3);
    const names = Object.keys(contents()).filter((name) => name.startsWith('away-backups/'));
    expect(names).toEqual([
      `away-backups/gone-home/1/${HANDED_OVER}`,
      ...NEEDED.map((name) => `away-backups/gone-home/1/${name}`),
      'away-backups/server/dumps/1',
    ]);
  });

  it('have a mark that is the one that a server looks for', async () => {
    await cloud.silenceHome();
    await cloud.unsilenceHome();
    expect(contents()).not.toHaveProperty([`home-backups/${MARK}`]);
    const server = readFileSync('constructs/odoo-server/files/backup/handover.py', 'utf8');
    expect(server).toContain(`NAME = "${HANDED_OVER}"`);
  });
});

describe('the server at home', () => {
  it('is ended, for good, and waited for', async () => {
    instances = ['i-1', 'i-1', ''];
    await cloud.stopHome();
    expect(wire.asked('UpdateAutoScalingGroup')).toEqual([
      { AutoScalingGroupName: 'home-group', MinSize: '0', MaxSize: '0', DesiredCapacity: '0' },
    ]);
    expect(wire.asked('DescribeAutoScalingGroups')).toHaveLength(3);
  });

  it('that does not end is said to', async () => {
    await expect(cloud.stopHome()).rejects.toThrow('the server in eu-central-1 was told to end and has not');
  });

  it.each([undefined, 'ROLLBACK_COMPLETE'])('is nowhere where its stack is %s', async (found) => {
    status = found;
    await cloud.stopHome();
    expect(wire.asked('UpdateAutoScalingGroup')).toEqual([]);
  });

  it('that cannot be found yet is not taken for one that is not there', async () => {
    status = 'CREATE_IN_PROGRESS';
    wire.on('ListStackResources', resourcesPage([]));
    await expect(cloud.stopHome()).rejects.toThrow('stack prod-Server is CREATE_IN_PROGRESS');
  });

  it('is deployed by its stacks alone', async () => {
    await cloud.deployHome(['Network', 'Data']);
    expect(deployed).toEqual([[['prod-Network', 'prod-Data'], { env: 'prod' }]]);
    exitCode = 1;
    await expect(cloud.deployHome(['Server'])).rejects.toThrow(
      'cdk deploy prod-Server ended with exit code 1',
    );
  });

  it('is deployed again after a creation that failed, whose stack goes first', async () => {
    status = 'ROLLBACK_COMPLETE';
    await cloud.deployHome(['Server']);
    expect(wire.asked('DeleteStack')).toEqual([{ StackName: 'prod-Server' }]);
    expect(deployed).toHaveLength(1);
  });
});

it('the recovered side is deployed as such', async () => {
  await cloud.deployRecovered('Dns');
  expect(deployed).toEqual([[['prod-Recovery-Dns'], { env: 'prod', recover: 'latest' }]]);
});

it('a side is looked at where its own server has its address', async () => {
  await expect(cloud.probe('recovery')).rejects.toThrow(
    'stack prod-Recovery-Server has 0 resources AWS::EC2::EIP',
  );
  await expect(cloud.probe('primary')).rejects.toThrow('stack prod-Server has 0 resources AWS::EC2::EIP');
});

it.each<[Tier, StackPurpose]>([
  ['small', 'Server'],
  ['medium', 'Edge'],
  ['large', 'Edge'],
])('%s goes home by the way whose entry is in %s', (tier, entry) => {
  expect(awsRegions(environmentOf(10), tier, AWAY).way.entry).toBe(entry);
});
