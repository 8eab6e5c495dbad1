import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AwsCloud } from '../../../../lib/growth/aws/aws-cloud.ts';
import { AwsWire } from '../../../support/aws-wire.ts';
import { environmentOf } from '../../../support/environments.ts';
import { resourcesPage } from '../../../support/stack-answers.ts';

const SEND = 'AmazonSSM.SendCommand';
const BALANCER = 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/prod/1';

let wire: AwsWire;
let cloud: AwsCloud;

beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());
beforeEach(() => {
  wire.reset();
  cloud = new AwsCloud(environmentOf(150, { name: 'prod' }), async () => undefined);
  wire.on(
    'ListStackResources',
    resourcesPage([
      ['AWS::AutoScaling::AutoScalingGroup', 'ServerGroup', 'prod-group'],
      ['AWS::ElasticLoadBalancingV2::LoadBalancer', 'LoadBalancer', BALANCER],
    ]),
  );
});

/** The next command that the server gets prints this. */
function serverSays(answer: object): void {
  wire.on('DescribeAutoScalingGroups', {
    body: '<AutoScalingGroups><member><Instances><member><InstanceId>i-1</InstanceId><LifecycleState>InService</LifecycleState></member></Instances></member></AutoScalingGroups>',
  });
  wire.on(SEND, { body: { Command: { CommandId: 'command' } } });
  wire.on('AmazonSSM.GetCommandInvocation', {
    body: { Status: 'Success', StandardOutputContent: `${JSON.stringify(answer)}\n` },
  });
}

const commands = () => wire.asked(SEND).map(({ Parameters }) => Parameters);
const handOver = (option: string) => expect.objectContaining({ commands: [`odoo-hand-over${option}`] });

describe('the server', () => {
  it('says how it is', async () => {
    const status = {
      databaseBytes: 1,
      base: '19.0.1.3',
      files: 2,
      fileBytes: 3,
      backupAges: {},
      handedOver: false,
    };
    serverSays(status);
    expect(await cloud.serverStatus()).toEqual(status);
    expect(commands()).toEqual([handOver(' --status')]);
  });

  it('hands over, and takes back', async () => {
    const handedOver = {
      dump: 'key',
      dumpBytes: 1,
      manifest: 'key',
      seconds: { copyBefore: 1, stop: 1, save: 1 },
    };
    serverSays(handedOver);
    expect(await cloud.handOver()).toEqual(handedOver);
    wire.on(
      'ListStackResources',
      resourcesPage([['AWS::AutoScaling::AutoScalingGroup', 'ServerGroup', 'group']]),
    );
    serverSays({ state: 'serving' });
    await cloud.takeBack();
    expect(commands()).toEqual([handOver(''), handOver(' --take-back')]);
  });

  it.each(['serverStatus', 'handOver'] as const)('of another version is not understood: %s', async (call) => {
    serverSays({ version: 0 });
    await expect(cloud[call]()).rejects.toThrow('{"version":0}');
  });
});

it('a load balancer that has no name yet is a problem, not an error', async () => {
  wire.on('DescribeLoadBalancers', {
    body: `<LoadBalancers><member><LoadBalancerArn>${BALANCER}</LoadBalancerArn></member></LoadBalancers>`,
  });
  expect(await cloud.probe()).toBe(`load balancer ${BALANCER} has no name`);
  expect(wire.asked('DescribeLoadBalancers')).toEqual([{ 'LoadBalancerArns.member.1': BALANCER }]);
});
