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

/** The longest that deployments have in place of what the template refers to. */
const DEPLOYED: readonly (readonly [pattern: RegExp, value: string])[] = [
  [/^AWS::Region$/, 'ap-southeast-2'],
  [/^AWS::URLSuffix$/, 'amazonaws.com'],
  [/^AWS::AccountId$/, '123456789012'],
  [/^AWS::StackName$/, `${'e'.repeat(20)}-Server`],
  [/Settings/, 'CFN-ServerLaunchTemplateSettings1A2B3C4D-AbCdEfGhIjKl'],
];

/** A text as EC2 would get it. */
function deployed(resolved: unknown): string {
  if (typeof resolved === 'string') return resolved;
  const entry = typeof resolved === 'object' && resolved !== null ? Object.entries(resolved)[0] : undefined;
  const [intrinsic, value] = entry ?? [];
  if (intrinsic === 'Fn::Join') return value[1].map(deployed).join(value[0]);
  if (intrinsic === 'Fn::Sub')
    return String(value).replaceAll(/\$\{([^}]+)\}/g, (_, name) => deployed({ Ref: name }));
  const known = DEPLOYED.find(([pattern]) => pattern.test(String(value)));
  if (intrinsic !== 'Ref' || !known) throw new Error(`no deployed value for ${JSON.stringify(resolved)}`);
  return known[1];
}

describe('user data', () => {
  it('stays below 2 KB with the longest values: it fetches what the host needs instead of carrying it', () => {
    const text = deployed(userDataOf());
    expect(text).toContain('PARAMETER=CFN-ServerLaunchTemplateSettings');
    expect(Buffer.byteLength(text)).toBeLessThan(2048);
    expect(deployedBytes(userDataOf())).toBeLessThan(4096);
  });

  it('names the group that waits for its signal', () => {
    const { stack } = serverIn();
    const [groupId] = Object.keys(
      Template.fromStack(stack).findResources('AWS::AutoScaling::AutoScalingGroup'),
    );
    expect(JSON.stringify(userDataOf())).toContain(`GROUP=${groupId}\\n`);
  });

  it('holds no secret, not even the name of one', () => {
    expect(JSON.stringify(userDataOf())).not.toMatch(/secretsmanager|password|passphrase/i);
  });

  it('changes with the configuration of the host, so that the server is replaced', () => {
    expect(userDataOf()).toEqual(userDataOf());
    const busier = { ...smallPlan, app: { ...smallPlan.app, workers: 4 } };
    expect(userDataOf({ plan: busier })).not.toEqual(userDataOf());
  });

  it('changes with the image of Odoo, which is in the settings, so that the server is replaced', () => {
    const other = `docker.io/library/odoo@sha256:${'b'.repeat(64)}`;
    expect(userDataOf({ imageUri: other })).not.toEqual(userDataOf());
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
      bundleUrl: `https://example.com/${'x'.repeat(16_000)}`,
      bundleSha256: '0'.repeat(64),
      groupLogicalId: 'Group',
      settingsParameter: 'Settings',
    });
    expect(() => app.synth()).toThrow(/EC2 allows 16384; move what grew into the bundle/);
  });
});
