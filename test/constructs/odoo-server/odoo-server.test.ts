import { aws_ecr as ecr } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { findingsOf, idleAcknowledgments, openFindings } from '../../support/nag.ts';
import { testApp, testStack } from '../../support/stack.ts';
import { serverIn, smallPlan } from './small.ts';

const { stack, data } = serverIn();
const template = Template.fromStack(stack);

/** Statements of the server's role that allow an action. */
function statementsAllowing(action: string): { Resource: unknown; Condition?: unknown }[] {
  return statements().filter((statement) => [statement.Action].flat().includes(action));
}

function statements(): { Action: string | string[]; Resource: unknown }[] {
  const [policy] = Object.values(template.findResources('AWS::IAM::Policy'));
  return policy?.Properties.PolicyDocument.Statement ?? [];
}

/** Everything that the server's role may do. */
function actions(): string[] {
  const [policy] = Object.values(template.findResources('AWS::IAM::Policy'));
  const statements: { Action: string | string[] }[] = policy?.Properties.PolicyDocument.Statement ?? [];
  return statements.flatMap(({ Action }) => Action);
}

/** An ARN that ends with a reference to a resource of the stack. */
function formattedArn(beforeReference: string, logicalId: string | undefined): unknown {
  return {
    'Fn::Join': [
      '',
      expect.arrayContaining([expect.stringMatching(`${beforeReference}$`), { Ref: logicalId }]),
    ],
  };
}

/** Condition on the tag that marks the volume and the servers that may attach it. */
function attachTag(): Record<string, unknown> {
  const [volume] = Object.values(template.findResources('AWS::EC2::Volume'));
  const tags: { Key: string; Value: string }[] = volume?.Properties.Tags ?? [];
  return Object.fromEntries(
    tags
      .filter(({ Key }) => Key.startsWith('VolumeGrant'))
      .map(({ Key, Value }) => [`ec2:ResourceTag/${Key}`, Value]),
  );
}

function isOfServer(line: string): boolean {
  return line.includes('test-Server/');
}

describe('the launch of a server', () => {
  it('starts from the newest image of Ubuntu 24.04 for the architecture of the plan', () => {
    template.hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: {
        ImageId: Match.stringLikeRegexp('^resolve:ssm:/aws/service/canonical/ubuntu/server/24.04/.*/arm64/'),
        InstanceType: 't4g.large',
      },
    });
    const x86 = serverIn(testApp(), { plan: { ...smallPlan, architecture: 'x86_64' } });
    Template.fromStack(x86.stack).hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: { ImageId: Match.stringLikeRegexp('/amd64/hvm/ebs-gp3/ami-id$') },
    });
  });

  it('gives metadata only to token holders on the host itself, not in its containers', () => {
    template.hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: { MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 } },
    });
  });

  it('encrypts the root volume with the key of the data', () => {
    template.hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: {
        BlockDeviceMappings: [
          { Ebs: { Encrypted: true, VolumeType: 'gp3', VolumeSize: 20, KmsKeyId: Match.anyValue() } },
        ],
      },
    });
  });

  it('has a way out before the server holds its fixed address', () => {
    template.hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: { NetworkInterfaces: [{ AssociatePublicIpAddress: true }] },
    });
  });

  it('waits for the role to have its permissions', () => {
    const [policyId] = Object.keys(template.findResources('AWS::IAM::Policy'));
    template.hasResource('AWS::AutoScaling::AutoScalingGroup', { DependsOn: Match.arrayWith([policyId]) });
  });

  it('lets Auto Scaling use the key, though its role may not exist yet', () => {
    const key = { StringEquals: { 'kms:CallerAccount': Match.anyValue() } };
    const role = {
      'aws:PrincipalArn': {
        'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('AWSServiceRoleForAutoScaling$')])],
      },
    };
    const statement = (Sid: string, more: object = {}): unknown =>
      Match.objectLike({
        Sid,
        Principal: { AWS: '*' },
        Condition: Match.objectLike({ ...key, ArnEquals: role, ...more }),
      });
    Template.fromStack(data).hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          statement('AutoScalingUsesTheKey'),
          statement('AutoScalingAttachesVolumes', { Bool: { 'kms:GrantIsForAWSResource': 'true' } }),
        ]),
      },
    });
  });
});

describe('the group of one', () => {
  it('never runs two servers, in an update either', () => {
    template.hasResource('AWS::AutoScaling::AutoScalingGroup', {
      Properties: { MinSize: '1', MaxSize: '1' },
      UpdatePolicy: {
        AutoScalingRollingUpdate: {
          MinInstancesInService: 0,
          MaxBatchSize: 1,
          WaitOnResourceSignals: true,
          PauseTime: 'PT1H',
        },
      },
    });
  });

  it('fails the deployment when the server does not report success in time', () => {
    template.hasResource('AWS::AutoScaling::AutoScalingGroup', {
      CreationPolicy: { ResourceSignal: { Count: 1, Timeout: 'PT1H' } },
    });
    expect(statementsAllowing('cloudformation:SignalResource')).toMatchObject([
      { Resource: { Ref: 'AWS::StackId' } },
    ]);
  });

  it('stays in the one subnet whose zone the data volume is in', () => {
    const [group] = Object.values(template.findResources('AWS::AutoScaling::AutoScalingGroup'));
    expect(group?.Properties.VPCZoneIdentifier).toHaveLength(1);
    // Not an index into the Region's list of zones, which may change.
    expect(JSON.stringify(template.findResources('AWS::EC2::Volume'))).toMatch(
      /PublicSubnet1Subnet\w+AvailabilityZone/,
    );
  });
});

describe('what outlives the server', () => {
  it('keeps the data volume, encrypted and at least of the plan', () => {
    template.hasResource('AWS::EC2::Volume', {
      Properties: {
        Encrypted: true,
        KmsKeyId: Match.anyValue(),
        VolumeType: 'gp3',
        Size: 40,
        Iops: 3000,
        Throughput: 125,
      },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });

  it.each(['AWS::EC2::EIP', 'AWS::Logs::LogGroup'])('keeps the %s', (type) => {
    template.hasResource(type, { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
  });

  it('keeps its logical ids, or the data of an environment would be replaced', () => {
    expect(Object.keys(template.findResources('AWS::EC2::Volume'))).toEqual(['ServerDataVolume3EEC0930']);
    expect(Object.keys(template.findResources('AWS::EC2::EIP'))).toEqual(['ServerAddressA4786078']);
  });
});

describe('the way in', () => {
  it('opens ports 80 and 443 to the allowed networks and nothing else', () => {
    const { stack } = serverIn(testApp(), { allowedCidrs: ['192.0.2.0/24', '198.51.100.7/32'] });
    const [group] = Object.values(Template.fromStack(stack).findResources('AWS::EC2::SecurityGroup'));
    const rules: { CidrIp: string; FromPort: number; ToPort: number }[] =
      group?.Properties.SecurityGroupIngress;
    expect(rules.map((rule) => `${rule.CidrIp} ${rule.FromPort}-${rule.ToPort}`)).toEqual([
      '192.0.2.0/24 80-80',
      '192.0.2.0/24 443-443',
      '198.51.100.7/32 80-80',
      '198.51.100.7/32 443-443',
    ]);
  });

  it('refuses a domain for which no certificate could ever be issued', () => {
    const domain = { name: 'erp.example.com' };
    expect(() => serverIn(testApp(), { domain, allowedCidrs: ['192.0.2.0/24'] })).toThrow(
      /nobody can issue a certificate for erp\.example\.com.*192\.0\.2\.0\/24; name the hosted zone/,
    );
    expect(() => serverIn(testApp(), { domain })).not.toThrow();
  });

  it('refuses a plan without a server', () => {
    const plan = { ...smallPlan, tier: 'large' as const, server: undefined };
    expect(() => serverIn(testApp(), { plan })).toThrow('needs a plan of the small architecture, got large');
  });
});

describe('the permissions of the server', () => {
  it('attach the data volume only, and to servers of its group only', () => {
    expect(statementsAllowing('ec2:AttachVolume')).toEqual([
      expect.objectContaining({
        Condition: { 'ForAnyValue:StringEquals': attachTag() },
      }),
    ]);
    expect(JSON.stringify(statementsAllowing('ec2:AttachVolume'))).toContain(
      '{"Ref":"ServerDataVolume3EEC0930"}',
    );
  });

  it('take over the one address, for servers of its group in its subnet', () => {
    const statements = statementsAllowing('ec2:AssociateAddress').map((statement) =>
      JSON.stringify(statement),
    );
    expect(statements).toHaveLength(3);
    expect(statements[0]).toContain('{"Fn::GetAtt":["ServerAddressA4786078","AllocationId"]}');
    expect(statements[1]).toContain('ec2:ResourceTag/OdooServer');
    expect(statements[2]).toContain('ec2:Subnet');
  });

  it('read four secrets by their ARN, one object of the assets bucket and one parameter', () => {
    const [secrets] = statementsAllowing('secretsmanager:GetSecretValue');
    expect(secrets?.Resource).toHaveLength(4);
    const [bundle] = statementsAllowing('s3:GetObject');
    expect(JSON.stringify(bundle?.Resource)).toMatch(/assets-.*\/[0-9a-f]{64}\.tar"/);
    const [id] = Object.keys(template.findResources('AWS::SSM::Parameter'));
    expect(statementsAllowing('ssm:GetParameter')).toEqual([
      { Action: 'ssm:GetParameter', Effect: 'Allow', Resource: formattedArn(`:parameter/`, id) },
    ]);
    expect(actions().filter((action) => /^ssm:.*Parameter/.test(action))).toEqual(['ssm:GetParameter']);
  });

  it('write metrics into their own namespace, that of proofs and that of looks at the database, and logs into their own group', () => {
    expect(statementsAllowing('cloudwatch:PutMetricData')).toEqual([
      {
        Action: 'cloudwatch:PutMetricData',
        Effect: 'Allow',
        Resource: '*',
        Condition: {
          StringEquals: { 'cloudwatch:namespace': ['Odoo/Server', 'Odoo/Restore', 'Odoo/Maintenance'] },
        },
      },
    ]);
    const [group] = Object.keys(template.findResources('AWS::Logs::LogGroup'));
    for (const action of ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents']) {
      expect(statementsAllowing(action)).toHaveLength(1);
      expect([statementsAllowing(action)[0]?.Resource].flat()[0]).toEqual({ 'Fn::GetAtt': [group, 'Arn'] });
    }
    expect(actions()).not.toContain('logs:CreateLogGroup');
  });

  it('pull from the registry of the image where that needs permission', () => {
    const app = testApp();
    const images = testStack(app, 'test-Images');
    const imageRepository = new ecr.Repository(images, 'Images');
    const { stack } = serverIn(app, { imageRepository });
    const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
    expect(JSON.stringify(policy)).toContain('ecr:BatchGetImage');
    expect(statementsAllowing('ecr:BatchGetImage')).toEqual([]);
  });

  it('never delete from the copy of the filestore', () => {
    const deletions = JSON.stringify(statementsAllowing('s3:DeleteObject*'));
    expect(deletions).toContain('Backups');
    expect(deletions).not.toContain('Filestore');
  });

  it('put reports of proofs into the audit bucket, and do nothing else there', () => {
    const about = statements().filter(({ Resource }) => JSON.stringify(Resource).includes('Audit'));
    expect(about).toHaveLength(1);
    expect(about[0]?.Action).toBe('s3:PutObject');
    expect(JSON.stringify(about[0]?.Resource)).toContain('/restore-tests/*-server.*"');
  });

  it('change one TXT record of the zone, and no zone without a domain', () => {
    expect(statementsAllowing('route53:ChangeResourceRecordSets')).toMatchObject([
      {
        Resource: 'arn:aws:route53:::hostedzone/Z0123456789ABC',
        Condition: {
          'ForAllValues:StringEquals': {
            'route53:ChangeResourceRecordSetsNormalizedRecordNames': ['_acme-challenge.erp.example.com'],
            'route53:ChangeResourceRecordSetsRecordTypes': ['TXT'],
          },
        },
      },
    ]);
    const trial = serverIn(testApp(), { domain: undefined });
    expect(JSON.stringify(Template.fromStack(trial.stack).toJSON())).not.toContain('route53');
  });
});

it('has no open policy finding and no acknowledgment without one', () => {
  const { stack } = serverIn();
  const findings = findingsOf(stack);
  expect(idleAcknowledgments(stack, findings).filter(isOfServer)).toEqual([]);
  expect(openFindings(serverIn().stack).filter(isOfServer)).toEqual([]);
  const reasons = findings.flatMap(({ acknowledged }) => acknowledged ?? []);
  expect(Math.min(...reasons.map((reason) => reason.length))).toBeGreaterThanOrEqual(40);
});
