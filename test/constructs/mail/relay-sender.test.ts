import { aws_iam as iam } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { RelaySender } from '../../../constructs/mail/relay-sender.ts';
import { relayMail as relay } from '../../support/mail.ts';
import { testStack } from '../../support/stack.ts';

describe('a relay', () => {
  it('is logged in to with the credentials of its secret, of which nothing is made', () => {
    const stack = testStack();
    const sender = new RelaySender(stack, 'Mail', relay);
    expect(sender.settings).toEqual({
      host: 'smtp.example.com',
      port: 587,
      encryption: 'starttls',
      from: 'odoo@example.com',
      fromFilter: 'example.com',
      login: { number: 1 },
    });
    sender.credentials?.grantRead(
      new iam.Role(stack, 'Reader', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') }),
    );
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::SecretsManager::Secret', 0);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [{ Resource: relay.credentialsArn }] },
    });
  });

  it('within the network may do without login and encryption', () => {
    const { settings, credentials } = new RelaySender(testStack(), 'Mail', {
      ...relay,
      port: 25,
      encryption: 'none',
      credentialsArn: undefined,
    });
    expect(settings).toMatchObject({ port: 25, encryption: 'none', login: undefined });
    expect(credentials).toBeUndefined();
  });
});
