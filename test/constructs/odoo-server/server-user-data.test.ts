import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import {
  deployedBytes,
  serverUserData,
  sizeProblems,
} from '../../../constructs/odoo-server/server-user-data.ts';
import { testApp, testStack } from '../../support/stack.ts';
import { serverIn, smallPlan } from './small.ts';

function userDataOf(props: Parameters<typeof serverIn>[1] = {}): unknown {
  const { stack } = serverIn(testApp(), props);
  const [template] = Object.values(Template.fromStack(stack).findResources('AWS::EC2::LaunchTemplate'));
  return template?.Properties.LaunchTemplateData.UserData['Fn::Base64'];
}

describe('user data', () => {
  it('stays small: it fetches what the host needs instead of carrying it', () => {
    const script = JSON.stringify(userDataOf()).replaceAll(
      /\{"(Ref|Fn::\w+)":("[^"]*"|\[[^\]]*\]|\{[^}]*\})\}/g,
      '',
    );
    expect(script.length).toBeLessThan(2048);
    expect(deployedBytes(userDataOf())).toBeLessThan(4096);
  });

  it('names the group that waits for its signal', () => {
    const { stack } = serverIn();
    const [groupId] = Object.keys(
      Template.fromStack(stack).findResources('AWS::AutoScaling::AutoScalingGroup'),
    );
    expect(JSON.stringify(userDataOf())).toContain(`GROUP=${groupId}\\n`);
  });

  it('holds the names of secrets and none of their values', () => {
    expect(JSON.stringify(userDataOf())).not.toContain('resolve:secretsmanager');
  });

  it('changes with the configuration of the host, so that the server is replaced', () => {
    expect(userDataOf()).toEqual(userDataOf());
    const busier = { ...smallPlan, app: { ...smallPlan.app, workers: 4 } };
    expect(userDataOf({ plan: busier })).not.toEqual(userDataOf());
  });

  it('is refused above what EC2 takes, counting what only the deployment knows', () => {
    expect(sizeProblems('x'.repeat(16_384))).toEqual([]);
    expect(sizeProblems('x'.repeat(16_385))).toEqual([
      expect.stringContaining('about 16385 bytes, EC2 allows 16384'),
    ]);
    expect(sizeProblems({ 'Fn::Join': ['', ['x'.repeat(16_300), { Ref: 'AWS::StackName' }]] })).toHaveLength(
      1,
    );
  });

  it('stops the synthesis when it is too large', () => {
    const app = testApp();
    serverUserData(testStack(app), {
      bundleUrl: 'https://example.com/bundle.tar',
      bundleSha256: '0'.repeat(64),
      groupLogicalId: 'Group',
      settings: { far: 'x'.repeat(16_000) },
    });
    expect(() => app.synth()).toThrow(/EC2 allows 16384; move what grew into the bundle/);
  });
});
