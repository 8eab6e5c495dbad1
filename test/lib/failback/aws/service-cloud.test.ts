import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AwsServiceFailback } from '../../../../lib/failback/aws/service-cloud.ts';
import { FailbackProblem } from '../../../../lib/failback/failback.ts';
import { newJournal } from '../../../../lib/failback/journal.ts';
import { AwsWire, type WireCall } from '../../../support/aws-wire.ts';
import { environmentOf } from '../../../support/environments.ts';
import { noStack, resourcesPage, stackAnswer } from '../../../support/stack-answers.ts';

const [HOME, AWAY] = ['eu-central-1', 'eu-west-1'];
const START = 'AWSStepFunctions.StartExecution';
const KEYS = { dump: 'failback/1.dump', manifest: 'failback/1.json' };
const BALANCER = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/prod/1';

let wire: AwsWire;
let cloud: AwsServiceFailback;
/** What the job of a Region says at its end. */
let report: object;

beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());
beforeEach(() => {
  wire.reset();
  wire.otherwise = account;
  report = { outcome: 'succeeded' };
  cloud = new AwsServiceFailback(
    environmentOf(150, { name: 'prod', region: HOME }),
    AWAY,
    async () => undefined,
  );
});

/** Both Regions; each has its own stacks, buckets and state machine. */
function account({ operation, parameters, region }: WireCall) {
  const stack = String(parameters['StackName']);
  if (operation === 'DescribeStacks') {
    const known = region === HOME ? /^prod-(Data|Release|Edge)$/ : /^prod-Recovery-(Data|Release|Edge)$/;
    if (!known.test(stack)) return noStack(stack);
    return stackAnswer(stack, { StateMachine: `machine of ${stack}`, JobLogGroup: `log of ${stack}` });
  }
  if (operation === 'ListStackResources') return resources(region, stack);
  if (operation === START) {
    return { body: { executionArn: `run of ${String(parameters['stateMachineArn'])}`, startDate: 1 } };
  }
  if (operation === 'AWSStepFunctions.DescribeExecution') {
    const failed = 'error' in report;
    return {
      body: {
        executionArn: 'run',
        startDate: 1,
        ...(failed
          ? { status: 'FAILED', cause: '{"why": "exit code 1", "logStream": "job/1"}' }
          : { status: 'SUCCEEDED', output: '{"logStream": "job/1"}' }),
      },
    };
  }
  if (operation === 'Logs_20140328.GetLogEvents') {
    const message = JSON.stringify({ databaseJob: report });
    return { body: { events: [{ timestamp: 1, message }], nextBackwardToken: 'b/1' } };
  }
  return undefined;
}

function resources(region: string, stack: string) {
  const bucket = 'AWS::S3::Bucket';
  const ids: Record<string, ReturnType<typeof resourcesPage>> = {
    [`${HOME} prod-Data`]: resourcesPage([
      [bucket, 'FilestoreBucket1', 'home-files'],
      [bucket, 'BackupBucket1', 'home-backups'],
      [bucket, 'AuditBucket1', 'home-audit'],
    ]),
    [`${AWAY} prod-Recovery`]: resourcesPage([
      [bucket, 'FilestoreReplica1', 'away-files'],
      [bucket, 'BackupReplica1', 'away-backups'],
      [bucket, 'AuditReplica1', 'away-audit'],
    ]),
    [`${AWAY} prod-Recovery-Edge`]: resourcesPage([
      ['AWS::ElasticLoadBalancingV2::LoadBalancer', 'Balancer', BALANCER],
    ]),
  };
  return ids[`${region} ${stack}`];
}

/** The request of the job that was started, and by which state machine of which Region. */
function started(): readonly unknown[] {
  return wire.calls
    .filter(({ operation }) => operation === START)
    .map(({ parameters, region }) => {
      const { request } = JSON.parse(String(parameters['input']));
      return [region, parameters['stateMachineArn'], JSON.parse(request)];
    });
}

const operations = () => wire.calls.map(({ operation, region }) => `${region} ${operation}`);

describe('the database job', () => {
  it('hands over and takes back in the recovery Region', async () => {
    const handedOver = { dump: KEYS.dump, dumpBytes: 1, databaseBytes: 2 };
    report = { outcome: 'succeeded', handedOver };
    expect(await cloud.handOver({ ...KEYS, commit: true })).toEqual(handedOver);
    await cloud.takeBack();
    const machine = 'machine of prod-Recovery-Release';
    expect(started()).toEqual([
      [AWAY, machine, { kind: 'hand-over', ...KEYS, commit: true }],
      [AWAY, machine, { kind: 'take-back' }],
    ]);
  });

  it('receives and releases in the primary one, and neutralizes nothing', async () => {
    report = { outcome: 'succeeded', received: { rows: 3 } };
    expect(await cloud.receive({ ...KEYS, commit: true })).toEqual({ rows: 3 });
    await cloud.release();
    expect(started()).toEqual([
      [HOME, 'machine of prod-Release', { kind: 'receive', ...KEYS, commit: true }],
      [HOME, 'machine of prod-Release', { kind: 'release' }],
    ]);
  });

  it('that fails says where and why, and how to go on', async () => {
    report = { outcome: 'failed', error: 'res_partner: 3 rows instead of 4' };
    const failure = cloud.receive({ ...KEYS, commit: true });
    await expect(failure).rejects.toThrow(
      'the database job in eu-central-1 did not succeed: res_partner: 3 rows instead of 4; mend it and run failback again',
    );
    await expect(failure).rejects.toBeInstanceOf(FailbackProblem);
  });
});

describe('what is copied', () => {
  it('goes from the bucket of the recovery Region to the primary one, each listed in its own', async () => {
    const key = `filestore/odoo/ab/ab${'0'.repeat(38)}`;
    wire.on('GET /away-files/', {
      body: `<ListVersionsResult><IsTruncated>false</IsTruncated><Version><Key>${key}</Key><VersionId>v1</VersionId><IsLatest>true</IsLatest><LastModified>2026-11-30T10:00:00.000Z</LastModified><Size>5</Size></Version></ListVersionsResult>`,
    });
    wire.on('GET /home-files/', {
      body: '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>',
    });
    wire.on(`PUT /home-files/${key}`, { body: '<CopyObjectResult><ETag>"1"</ETag></CopyObjectResult>' });
    expect(await cloud.copyAttachments(new Date())).toMatchObject({ copied: 1, present: 0 });
    expect(operations().filter((text) => text.includes('-files/'))).toEqual(
      expect.arrayContaining([
        `${AWAY} GET /away-files/`,
        `${HOME} GET /home-files/`,
        `${HOME} PUT /home-files/${key}`,
      ]),
    );
    const copied = wire.calls.find(({ operation }) => operation.startsWith('PUT'));
    expect(copied?.headers).toMatchObject({
      'x-amz-copy-source': `away-files/${encodeURIComponent(key)}?versionId=v1`,
      'x-amz-metadata-directive': 'COPY',
    });
  });

  it('is the dump, then its manifest, by the same keys', async () => {
    for (const key of Object.values(KEYS)) {
      wire.on(`HEAD /away-backups/${key}`, { headers: { 'content-length': '7', etag: '"1"' } });
      wire.on(`PUT /home-backups/${key}`, { body: '<CopyObjectResult><ETag>"1"</ETag></CopyObjectResult>' });
    }
    await cloud.copyDump(KEYS);
    expect(operations().filter((text) => text.includes('-backups/'))).toEqual([
      `${AWAY} HEAD /away-backups/failback/1.dump`,
      `${HOME} PUT /home-backups/failback/1.dump`,
      `${AWAY} HEAD /away-backups/failback/1.json`,
      `${HOME} PUT /home-backups/failback/1.json`,
    ]);
  });
});

describe('both sides', () => {
  it('are told apart by Region and name', async () => {
    expect(await cloud.stackStatus('primary', 'Data')).toBe('UPDATE_COMPLETE');
    expect(await cloud.stackStatus('recovery', 'Data')).toBe('UPDATE_COMPLETE');
    expect(await cloud.stackStatus('primary', 'Service')).toBeUndefined();
    expect(wire.calls.map(({ region, parameters }) => [region, parameters['StackName']])).toEqual([
      [HOME, 'prod-Data'],
      [AWAY, 'prod-Recovery-Data'],
      [HOME, 'prod-Service'],
    ]);
  });

  it('belong to one account, and the fence is in the recovery Region', async () => {
    wire.on('GetCallerIdentity', { body: '<Account>111122223333</Account>' });
    expect(await cloud.account()).toBe('111122223333');
    wire.on('GET /away-audit/fence/fenced.json', { code: 'NoSuchKey', message: 'not there', status: 404 });
    expect(await (await cloud.fence()).fence()).toBeUndefined();
  });

  it('of which the recovered one has a load balancer that is protected from deletion until it is let go', async () => {
    wire.on('ModifyLoadBalancerAttributes', { body: '' });
    wire.on('DescribeStacks', stackAnswer('prod-Recovery-Edge', {}));
    wire.on('DeleteStack', { body: '' });
    wire.on(
      'DescribeStacks',
      stackAnswer('prod-Recovery-Edge', {}, '<StackStatus>DELETE_COMPLETE</StackStatus>'),
    );
    await cloud.deleteRecovered('Edge');
    expect(wire.asked('ModifyLoadBalancerAttributes')).toEqual([
      {
        LoadBalancerArn: BALANCER,
        'Attributes.member.1.Key': 'deletion_protection.enabled',
        'Attributes.member.1.Value': 'false',
      },
    ]);
    expect(wire.asked('DeleteStack')).toEqual([{ StackName: 'prod-Recovery-Edge' }]);
    expect(operations().findIndex((text) => text.includes('Modify'))).toBeLessThan(
      operations().findIndex((text) => text.includes('DeleteStack')),
    );
  });
});

it('the journal is in the recovery Region, beside the fence', async () => {
  const journal = newJournal('prod', new Date(0));
  wire.on('GET /away-audit/failback/journal.json', { code: 'NoSuchKey', message: 'not there', status: 404 });
  wire.on(
    'PUT /away-audit/failback/journal.json',
    { headers: { ETag: '"1"' } },
    { code: 'PreconditionFailed', status: 412 },
  );
  expect(await cloud.journals.read()).toBeUndefined();
  await cloud.journals.write(journal);
  const put = wire.calls.find(({ operation }) => operation.startsWith('PUT'));
  expect([put?.region, put?.headers['if-none-match'], JSON.parse(put?.body ?? '')]).toEqual([
    AWAY,
    '*',
    journal,
  ]);
  wire.on('GET /away-audit/failback/journal.json', { body: '{}', headers: { ETag: '"2"' } });
  await expect(cloud.journals.write(journal)).rejects.toThrow(
    'somebody else is bringing this environment home',
  );
});
