import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RunningServer } from '../../../../lib/growth/aws/server.ts';
import { EnvironmentStacks } from '../../../../lib/growth/aws/stacks.ts';
import { GrowthProblem } from '../../../../lib/growth/growth.ts';
import { AwsWire } from '../../../support/aws-wire.ts';
import { resourcesPage } from '../../../support/stack-answers.ts';

const SEND = 'AmazonSSM.SendCommand';
const OUTCOME = 'AmazonSSM.GetCommandInvocation';
const INSTANCE = 'i-0123456789abcdef0';

let wire: AwsWire;
let server: RunningServer;

beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());
beforeEach(() => {
  wire.reset();
  const stacks = new EnvironmentStacks('prod', 'eu-central-1');
  server = new RunningServer({
    stacks,
    region: 'eu-central-1',
    purpose: 'npm run grow',
    again: 'grow again',
    Problem: GrowthProblem,
    pause: async () => undefined,
  });
  wire.on(
    'ListStackResources',
    resourcesPage([
      ['AWS::AutoScaling::AutoScalingGroup', 'ServerGroup', 'prod-group'],
      ['AWS::EC2::Volume', 'ServerDataVolume1', 'vol-1'],
    ]),
  );
});

function group(...instances: readonly (readonly [id: string, state: string])[]): void {
  const members = instances.map(
    ([id, state]) =>
      `<member><InstanceId>${id}</InstanceId><LifecycleState>${state}</LifecycleState></member>`,
  );
  wire.on('DescribeAutoScalingGroups', {
    body: `<AutoScalingGroups><member><AutoScalingGroupName>prod-group</AutoScalingGroupName><Instances>${members.join('')}</Instances></member></AutoScalingGroups>`,
  });
}

const invocation = (fields: object) => ({ body: { CommandId: 'command', InstanceId: INSTANCE, ...fields } });

describe('a command', () => {
  beforeEach(() => {
    group(['i-before', 'Terminating:Wait'], [INSTANCE, 'InService']);
    wire.on(SEND, { body: { Command: { CommandId: 'command', Status: 'Pending' } } });
  });

  it('runs on the instance that serves; its last line is the answer', async () => {
    wire.on(
      OUTCOME,
      { code: 'InvocationDoesNotExist' },
      ...['Pending', 'InProgress', 'Delayed'].map((Status) => invocation({ Status })),
      invocation({ Status: 'Success', StandardOutputContent: 'hand-over: dumped\n{"handedOver": false}\n' }),
    );
    expect(await server.run('odoo-hand-over --status')).toBe('{"handedOver": false}');
    expect(wire.asked('DescribeAutoScalingGroups')).toEqual([
      { 'AutoScalingGroupNames.member.1': 'prod-group' },
    ]);
    expect(wire.asked(SEND)).toEqual([
      {
        InstanceIds: [INSTANCE],
        DocumentName: 'AWS-RunShellScript',
        Comment: 'npm run grow',
        TimeoutSeconds: 300,
        Parameters: { commands: ['odoo-hand-over --status'], executionTimeout: ['43200'] },
      },
    ]);
    expect(wire.asked(OUTCOME)).toHaveLength(5);
    expect(wire.asked(OUTCOME)[0]).toEqual({ CommandId: 'command', InstanceId: INSTANCE });
  });

  it.each([
    [
      'Failed',
      { StandardOutputContent: 'a\nb\n', StandardErrorContent: 'trace\nno space left\n' },
      'no space left',
    ],
    ['TimedOut', { StatusDetails: 'DeliveryTimedOut' }, 'it said nothing'],
    ['Cancelled', { StandardOutputContent: 'half\n' }, 'half'],
  ])('that ends as %s says the last that it said', async (Status, said, last) => {
    wire.on(OUTCOME, invocation({ Status, ...said }));
    const failure = server.handOver();
    await expect(failure).rejects.toBeInstanceOf(GrowthProblem);
    const details = 'StatusDetails' in said ? said.StatusDetails : Status;
    await expect(failure).rejects.toThrow(`odoo-hand-over on ${INSTANCE} ended as ${details}: ${last}; mend`);
  });

  it('of which AWS does not tell is an error', async () => {
    wire.on(OUTCOME, { code: 'AccessDeniedException', message: 'not authorized' });
    await expect(server.handOver()).rejects.toThrow('not authorized');
  });
});

it('a server that is being replaced gets no command', async () => {
  group(['i-before', 'Terminating'], ['i-next', 'Pending']);
  await expect(server.handOver()).rejects.toThrow('the server is being replaced: wait');
  expect(wire.asked(SEND)).toEqual([]);
});

const snapshot = (status: string) =>
  `<snapshotSet><item><snapshotId>snap-1</snapshotId><status>${status}</status></item></snapshotSet>`;

describe('a snapshot', () => {
  it('is made of the data volume, and awaited', async () => {
    wire.on('CreateSnapshot', { body: '<snapshotId>snap-1</snapshotId><status>pending</status>' });
    wire.on('DescribeSnapshots', { body: snapshot('completed') });
    expect(await server.snapshot()).toBe('snap-1');
    expect(wire.asked('CreateSnapshot')).toEqual([
      { VolumeId: 'vol-1', Description: 'Last state of the data volume of prod-Server' },
    ]);
    expect(wire.asked('DescribeSnapshots')).toEqual([{ 'SnapshotId.1': 'snap-1' }]);
  });

  it('that fails is an error', async () => {
    wire.on('CreateSnapshot', { body: '<snapshotId>snap-1</snapshotId><status>pending</status>' });
    wire.on('DescribeSnapshots', { body: snapshot('error') });
    await expect(server.snapshot()).rejects.toThrow('FAILURE');
  });

  it('of a volume that is not there is an error, in the words of EC2', async () => {
    wire.on('CreateSnapshot', {
      code: 'InvalidVolume.NotFound',
      message: "The volume 'vol-1' does not exist.",
    });
    await expect(server.snapshot()).rejects.toThrow("The volume 'vol-1' does not exist.");
  });
});
