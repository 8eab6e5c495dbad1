import { aws_iam as iam, SecretValue } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { DataKey } from '../../../constructs/encryption/data-key.ts';
import { DataSecret } from '../../../constructs/shared/data-secret.ts';
import { testApp, testStack } from '../../support/stack.ts';

function build(document?: Record<string, string>) {
  const app = testApp();
  const data = testStack(app, 'test-Data');
  const secret = new DataSecret(data, 'Secret', {
    description: 'a secret',
    encryptionKey: new DataKey(data, 'DataKey'),
    document,
  });
  const service = testStack(app, 'test-Service');
  const reader = new iam.Role(service, 'Reader', {
    assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'),
  });
  return { data, service, secret, reader };
}

describe('a secret that another stack reads', () => {
  it('can be read and decrypted, the key through Secrets Manager only', () => {
    const { service, secret, reader } = build();
    secret.grantRead(reader);
    Template.fromStack(service).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'kms:Decrypt',
            Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.eu-central-1.amazonaws.com' } },
          }),
          Match.objectLike({
            Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
          }),
        ]),
      },
    });
  });

  it('names no reader in the policy of the key, which would make the data need its users', () => {
    const { data, secret, reader } = build();
    secret.grantRead(reader);
    const [key] = Object.values(Template.fromStack(data).findResources('AWS::KMS::Key'));
    expect(JSON.stringify(key?.['Properties'].KeyPolicy)).not.toContain('Reader');
    expect(data.dependencies).toEqual([]);
  });

  it.each([
    ['a plain password', undefined, { ExcludePunctuation: true, PasswordLength: 40 }],
    [
      'a document with the password in it',
      { username: 'somebody' },
      {
        ExcludePunctuation: true,
        PasswordLength: 40,
        SecretStringTemplate: '{"username":"somebody"}',
        GenerateStringKey: 'password',
      },
    ],
  ])('is %s', (_kind, document, generated) => {
    Template.fromStack(build(document).data).hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: Match.exact(generated),
    });
  });

  it('holds what is made elsewhere, where something is', () => {
    const stack = testStack();
    new DataSecret(stack, 'Secret', {
      description: 'a secret',
      encryptionKey: new DataKey(stack, 'DataKey'),
      content: { username: SecretValue.unsafePlainText('somebody') },
    });
    Template.fromStack(stack).hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: Match.absent(),
      SecretString: '{"username":"somebody"}',
    });
  });
});
