import { Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { installFiles } from '../../../constructs/odoo-server/golden-image-component.ts';
import { hostFiles } from '../../../constructs/odoo-server/host-files.ts';
import type { OdooServerProps } from '../../../constructs/odoo-server/odoo-server-props.ts';
import { findingsOf, idleAcknowledgments, openFindings } from '../../support/nag.ts';
import { testApp } from '../../support/stack.ts';
import { imageUri, serverIn, smallPlan, smallServer } from './small.ts';

function templateOf(changes: Partial<OdooServerProps> = {}, tags: Readonly<Record<string, string>> = {}) {
  const { stack } = serverIn(testApp(), { goldenImage: '2026-11', ...changes });
  for (const [key, value] of Object.entries(tags)) Tags.of(stack).add(key, value);
  return Template.fromStack(stack);
}

/** Properties of the only resource of a type. */
function only(template: Template, type: string): Record<string, unknown> {
  const found = Object.values(template.findResources(type));
  expect(found).toHaveLength(1);
  return found[0]?.['Properties'];
}

function parent(architecture: 'arm64' | 'amd64'): string {
  return `ssm:/aws/service/canonical/ubuntu/server/24.04/stable/current/${architecture}/hvm/ebs-gp3/ami-id`;
}

function ofImage(line: string): boolean {
  return line.includes('/GoldenImage/');
}

function versionOf(template: Template): unknown {
  return only(template, 'AWS::ImageBuilder::ImageRecipe')['Version'];
}

const files = hostFiles({
  plan: smallPlan,
  server: smallServer,
  odooVersion: '19.0',
  sessionGuard: false,
  release: imageUri,
  signIn: { twoFactor: 'off', providers: [] },
  rollout: { modules: [], phases: [] },
  pointInTimeDays: 14,
  windows: { maintenance: 'sun:03:00-sun:04:00', backup: '00:30-01:30' },
  businessHours: 'mon-fri 07:00-17:00',
});

describe('a golden image', () => {
  const template = templateOf();

  it('is not built unless the environment asks for one', () => {
    const plain = Template.fromStack(serverIn().stack).toJSON();
    expect(JSON.stringify(plain)).not.toContain('ImageBuilder');
  });

  it('is what the server is launched from', () => {
    const [image] = Object.keys(template.findResources('AWS::ImageBuilder::Image'));
    template.hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: { ImageId: { 'Fn::GetAtt': [image, 'ImageId'] } },
    });
  });

  it("begins with Canonical's newest image for the architecture of the plan", () => {
    template.hasResourceProperties('AWS::ImageBuilder::ImageRecipe', { ParentImage: parent('arm64') });
    templateOf({ plan: { ...smallPlan, architecture: 'x86_64' } }).hasResourceProperties(
      'AWS::ImageBuilder::ImageRecipe',
      { ParentImage: parent('amd64') },
    );
  });

  it("runs the host's own install script, after checking its hash", () => {
    const document = JSON.stringify(only(template, 'AWS::ImageBuilder::Component')['Data']);
    expect(document).toMatch(/source: .*s3:\/\/cdk-hnb659fds-assets-/);
    expect(document).toMatch(/sha256sum -c --quiet <<<'[0-9a-f]{64} {2}\/tmp\/odoo-aws\.tar'/);
    expect(document).toContain('bash /tmp/odoo-aws/packages.sh');
  });

  it('is encrypted with the key of the data, at the size of the root volume', () => {
    template.hasResourceProperties('AWS::ImageBuilder::ImageRecipe', {
      BlockDeviceMappings: [
        {
          DeviceName: '/dev/sda1',
          Ebs: { Encrypted: true, KmsKeyId: Match.anyValue(), VolumeSize: 20, VolumeType: 'gp3' },
        },
      ],
    });
  });

  it('is built on a machine that demands IMDSv2, that nothing reaches, and that ends also after a failure', () => {
    template.hasResourceProperties('AWS::ImageBuilder::InfrastructureConfiguration', {
      InstanceTypes: ['t4g.large'],
      InstanceMetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      TerminateInstanceOnFailure: true,
    });
    const groups = Object.values(template.findResources('AWS::EC2::SecurityGroup'));
    const ofBuilder = groups.find((group) => /builds the image/.test(group['Properties'].GroupDescription));
    expect(ofBuilder?.['Properties'].SecurityGroupIngress).toBeUndefined();
  });

  it('reads its script and nothing else of the account', () => {
    const policies = Object.values(template.findResources('AWS::IAM::Policy'));
    const ofBuilder = policies.find((policy) => JSON.stringify(policy).includes('ec2messages:GetMessages'));
    const statements: { Action: string | string[]; Resource: unknown }[] =
      ofBuilder?.['Properties'].PolicyDocument.Statement;
    const reads = statements.filter(({ Resource }) => Resource !== '*');
    expect(reads).toHaveLength(1);
    expect(reads[0]).toMatchObject({ Action: 's3:GetObject' });
    expect(JSON.stringify(statements)).not.toMatch(/secretsmanager|ssm:GetParameter/);
  });

  it('writes its log into an encrypted group that expires', () => {
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: '/aws/imagebuilder/test-odoo-server',
      RetentionInDays: 90,
      KmsKeyId: Match.anyValue(),
    });
  });

  it('has no open policy finding and no acknowledgment without one', () => {
    const { stack } = serverIn(testApp(), { goldenImage: '2026-11' });
    expect(idleAcknowledgments(stack, findingsOf(stack)).filter(ofImage)).toEqual([]);
    expect(openFindings(serverIn(testApp(), { goldenImage: '2026-11' }).stack).filter(ofImage)).toEqual([]);
  });
});

describe('the version of a golden image', () => {
  const version = versionOf(templateOf());

  it('is one that Image Builder takes, the same for component and recipe', () => {
    expect(version).toMatch(/^1\.\d+\.\d+$/);
    const numbers = String(version).split('.').map(Number);
    expect(Math.max(...numbers)).toBeLessThan(2 ** 30);
    expect(only(templateOf(), 'AWS::ImageBuilder::Component')['Version']).toBe(version);
  });

  it.each<[string, Partial<OdooServerProps>]>([
    ['the label', { goldenImage: '2026-12' }],
    ['the architecture', { plan: { ...smallPlan, architecture: 'x86_64' } }],
    ['the root volume', { plan: { ...smallPlan, server: { ...smallServer, rootVolumeGiB: 30 } } }],
  ])('changes with %s: another content under the same version would be refused', (_what, changes) => {
    expect(versionOf(templateOf(changes))).not.toBe(version);
  });

  it.each<[string, Partial<OdooServerProps>]>([
    ['the image of Odoo', { imageUri: `docker.io/library/odoo@sha256:${'b'.repeat(64)}` }],
    ['the number of workers', { plan: { ...smallPlan, app: { ...smallPlan.app, workers: 4 } } }],
  ])('does not change with %s, which is not in it', (_what, changes) => {
    expect(versionOf(templateOf(changes))).toBe(version);
  });

  it('and the image do not change with a tag, which would be create-only', () => {
    const tagged = templateOf({}, { 'cost-center': 'erp' });
    for (const type of ['Component', 'ImageRecipe', 'Image']) {
      const properties = only(tagged, `AWS::ImageBuilder::${type}`);
      expect(properties).toEqual(only(templateOf(), `AWS::ImageBuilder::${type}`));
    }
  });
});

describe('the install script in the image', () => {
  it('comes with every file that it names', () => {
    const carried = installFiles(files);
    const named = carried
      .map(({ text }) => text.replaceAll(/^\s*#.*$/gm, ''))
      .flatMap((text) => [...text.matchAll(/\/([\w-]+\.(?:sh|py))\b/g)].map(([, path]) => path));
    expect(named).toContain('cloudwatch-agent.sh');
    expect(named.filter((path) => !carried.some((file) => file.path === path))).toEqual([]);
  });

  it('is free of what belongs to one environment', () => {
    for (const { text } of installFiles(files)) expect(text).not.toContain('host.env');
  });
});
