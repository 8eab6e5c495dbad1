import type { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { name } from '../../../config/schema/identity.ts';
import { settingsFor } from '../../../constructs/canary/script/settings.mjs';
import { RUNTIME } from '../../../constructs/canary/odoo-canary.ts';
import { findingsOf, idleAcknowledgments } from '../../support/nag.ts';
import { testStack } from '../../support/stack.ts';
import { addCanary } from '../monitoring/alarm-stacks.ts';

function stackWithCanary(minutes = 5): Stack {
  const stack = testStack();
  addCanary(stack, minutes);
  return stack;
}

const template = Template.fromStack(stackWithCanary());

describe('the canary', () => {
  it('runs as often as it is told, from outside of the VPC, and begins by itself', () => {
    template.hasResourceProperties('AWS::Synthetics::Canary', {
      Name: 'prod',
      Schedule: { Expression: 'rate(5 minutes)' },
      StartCanaryAfterCreation: true,
      VPCConfig: Match.absent(),
      RunConfig: { EnvironmentVariables: { ODOO_URL: 'https://erp.example.com' } },
    });
  });

  it('leaves nothing behind, and its function is part of the cost of the environment', () => {
    template.hasResourceProperties('AWS::Synthetics::Canary', {
      ProvisionedResourceCleanup: 'AUTOMATIC',
      ResourcesToReplicateTags: ['lambda-function'],
    });
  });

  it.each([
    [1, 60],
    [5, 90],
    [60, 90],
  ])('that runs every %i minutes ends after %i seconds at the latest', (minutes, seconds) => {
    Template.fromStack(stackWithCanary(minutes)).hasResourceProperties('AWS::Synthetics::Canary', {
      RunConfig: { TimeoutInSeconds: seconds },
    });
  });

  it('has time for all that it waits for, and the browser a quarter of a minute to start', () => {
    const { pageMs, quietMs, answerMs, heldMs } = settingsFor('https://erp.example.com');
    const [login, assets, health, certificate] = [pageMs + answerMs, quietMs, answerMs, answerMs];
    const websocket = answerMs + heldMs + answerMs;
    const longest = login + assets + health + websocket + certificate;
    expect(longest / 1000 + 15).toBeLessThanOrEqual(90);
  });

  it('has a name that Synthetics does not cut', () => {
    expect(name.safeParse('a'.repeat(20)).success).toBe(true);
    expect(name.safeParse('a'.repeat(22)).success).toBe(false);
  });

  it('is the release of Playwright that the tests drive', () => {
    const file = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
    const { devDependencies } = JSON.parse(file);
    expect(RUNTIME.name).toBe('syn-nodejs-playwright-9.0');
    expect(devDependencies['playwright-core']).toBe('1.63.0');
  });
});

describe('what it writes', () => {
  it('is encrypted with the key of the logs, and expires', () => {
    const key = 'arn:aws:kms:eu-central-1:111122223333:key/log';
    template.hasResourceProperties('AWS::Synthetics::Canary', {
      ArtifactConfig: { S3Encryption: { EncryptionMode: 'SSE_KMS', KmsKeyArn: key } },
      SuccessRetentionPeriod: 31,
      FailureRetentionPeriod: 31,
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: Match.objectLike({
        ServerSideEncryptionConfiguration: [
          Match.objectLike({
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key },
          }),
        ],
      }),
      LifecycleConfiguration: { Rules: Match.arrayWith([Match.objectLike({ ExpirationInDays: 31 })]) },
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', { KmsKeyId: key, RetentionInDays: 90 });
  });

  it('goes into the log group of its function, which the stack makes and the function may not', () => {
    const [canary = ''] = Object.keys(template.findResources('AWS::Synthetics::Canary'));
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: { 'Fn::Join': ['', ['/aws/lambda/cwsyn-prod-', { 'Fn::GetAtt': [canary, 'Id'] }]] },
    });
    expect(JSON.stringify(template.toJSON())).not.toContain('logs:CreateLogGroup');
  });
});

describe('what it may', () => {
  const statements: readonly { Action: string | string[]; Resource: unknown; Condition?: unknown }[] =
    Object.values(template.findResources('AWS::IAM::Policy')).flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement,
    );
  const actions = statements.flatMap(({ Action }) => Action);

  it('is to write runs, logs and metrics of canaries, and nothing else', () => {
    expect(actions.toSorted()).toEqual([
      'cloudwatch:PutMetricData',
      'kms:Decrypt',
      'kms:GenerateDataKey',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      's3:GetBucketLocation',
      's3:GetObject',
      's3:ListAllMyBuckets',
      's3:PutObject',
    ]);
    const metrics = statements.find(({ Action }) => Action === 'cloudwatch:PutMetricData');
    expect(metrics?.Condition).toEqual({
      StringEquals: { 'cloudwatch:namespace': 'CloudWatchSynthetics' },
    });
  });

  it('leaves no policy finding open, and no acknowledgment idle', () => {
    const stack = stackWithCanary();
    const findings = findingsOf(stack);
    expect(findings.filter(({ acknowledged }) => acknowledged === undefined)).toEqual([]);
    expect(idleAcknowledgments(stack, findings)).toEqual([]);
  });
});

it('carries no password: nothing but the address is given to it', () => {
  const folder = fileURLToPath(new URL('../../../constructs/canary/script', import.meta.url));
  const text = readdirSync(folder)
    .map((file) => readFileSync(`${folder}/${file}`, 'utf8'))
    .join('\n');
  expect(text.match(/process\.env\[[^\]]*\]/g)).toEqual(["process.env['ODOO_URL']"]);
});
