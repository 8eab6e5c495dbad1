import { aws_kms as kms, type Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import type { SesMail } from '../../../config/environment.ts';
import { SesSender } from '../../../constructs/mail/ses-sender.ts';
import { sesMail } from '../../support/mail.ts';
import { idleAcknowledgments, openFindings } from '../../support/nag.ts';
import { testStack } from '../../support/stack.ts';

const { hostedZone } = sesMail;

function stackOf(changes: Partial<SesMail> = {}): { stack: Stack; sender: SesSender } {
  const stack = testStack();
  const sender = new SesSender(stack, 'Mail', {
    mail: { ...sesMail, ...changes },
    region: 'eu-central-1',
    encryptionKey: new kms.Key(stack, 'Key', { enableKeyRotation: true }),
  });
  return { stack, sender };
}

const templateOf = (changes: Partial<SesMail> = {}) => Template.fromStack(stackOf(changes).stack);
const KEPT = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' };

/** Logical ids of the resources of one type. */
function idsOf(template: Template, type: string): readonly string[] {
  return Object.keys(template.findResources(type));
}

/** An ARN of SES as the template has it, by its end. */
function sesArn(end: readonly unknown[]): unknown {
  return { 'Fn::Join': ['', ['arn:aws:ses:eu-central-1:', { Ref: 'AWS::AccountId' }, ...end]] };
}

/** Name, type and value of every DNS record of a template. */
function recordsOf(template: Template): readonly unknown[] {
  return Object.values(template.findResources('AWS::Route53::RecordSet')).map(
    ({ Properties: { Name, Type, ResourceRecords } }) => [Name, Type, ResourceRecords],
  );
}

describe('the identity of the domain', () => {
  it('signs with DKIM of 2048 bits, has a return path of its own, and applies the configuration set to every message', () => {
    const template = templateOf();
    const [configurationSet] = Object.keys(template.findResources('AWS::SES::ConfigurationSet'));
    template.hasResourceProperties('AWS::SES::EmailIdentity', {
      EmailIdentity: 'example.com',
      DkimSigningAttributes: { NextSigningKeyLength: 'RSA_2048_BIT' },
      MailFromAttributes: { MailFromDomain: 'bounce.example.com', BehaviorOnMxFailure: 'USE_DEFAULT_VALUE' },
      ConfigurationSetAttributes: { ConfigurationSetName: { Ref: configurationSet } },
    });
  });

  it('demands TLS of receivers, measures its reputation and spares addresses that bounced or complained', () => {
    templateOf().hasResourceProperties('AWS::SES::ConfigurationSet', {
      Name: Match.absent(),
      DeliveryOptions: { TlsPolicy: 'REQUIRE' },
      ReputationOptions: { ReputationMetricsEnabled: true },
      SuppressionOptions: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] },
    });
  });

  it.each(['AWS::SES::EmailIdentity', 'AWS::SES::ConfigurationSet', 'AWS::Route53::RecordSet'])(
    'keeps its %s when the environment goes, for others who send for the domain',
    (type) => {
      templateOf().allResources(type, KEPT);
    },
  );

  it('is proven in the hosted zone: three keys, mail exchanger and SPF of the return path', () => {
    const template = templateOf();
    const [identity] = Object.keys(template.findResources('AWS::SES::EmailIdentity'));
    const token = (name: string) => ({ 'Fn::GetAtt': [identity, name] });
    expect(recordsOf(template)).toEqual([
      ...[1, 2, 3].map((number) => [
        token(`DkimDNSTokenName${number}`),
        'CNAME',
        [token(`DkimDNSTokenValue${number}`)],
      ]),
      ['bounce.example.com', 'MX', ['10 feedback-smtp.eu-central-1.amazonses.com']],
      ['bounce.example.com', 'TXT', ['"v=spf1 include:amazonses.com ~all"']],
    ]);
    template.allResourcesProperties('AWS::Route53::RecordSet', { HostedZoneId: hostedZone.id });
  });

  it('makes no DMARC record, which would break one that is there', () => {
    expect(JSON.stringify(templateOf().toJSON())).not.toContain('_dmarc');
  });

  it('says which records to make where the zone is elsewhere', () => {
    const template = templateOf({ hostedZone: undefined });
    template.resourceCountIs('AWS::Route53::RecordSet', 0);
    const values = Object.values(template.findOutputs('*')).map(({ Value }) => JSON.stringify(Value));
    expect(values).toHaveLength(5);
    expect(values).toContain('"bounce.example.com TXT \\"v=spf1 include:amazonses.com ~all\\""');
  });

  it('is left alone where it exists', () => {
    const { stack, sender } = stackOf({ identity: 'existing' });
    const template = Template.fromStack(stack);
    for (const type of ['AWS::SES::EmailIdentity', 'AWS::SES::ConfigurationSet', 'AWS::Route53::RecordSet']) {
      template.resourceCountIs(type, 0);
    }
    template.resourceCountIs('AWS::IAM::AccessKey', 1);
    expect(sender.configurationSet).toBeUndefined();
  });
});

describe('the login', () => {
  it('is for the SMTP endpoint of the Region, with STARTTLS', () => {
    expect(stackOf().sender.settings).toEqual({
      host: 'email-smtp.eu-central-1.amazonaws.com',
      port: 587,
      encryption: 'starttls',
      from: 'odoo@example.com',
      fromFilter: 'example.com',
      login: { number: 1, sesRegion: 'eu-central-1' },
    });
  });

  it('may send in the name of the domain and nothing else', () => {
    const template = templateOf();
    const [configurationSet] = Object.keys(template.findResources('AWS::SES::ConfigurationSet'));
    template.resourceCountIs('AWS::IAM::Policy', 1);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Action: 'ses:SendRawEmail',
            Resource: [sesArn([':configuration-set/', { Ref: configurationSet }]), sesArn([':identity/*'])],
            Condition: { StringLike: { 'ses:FromAddress': '*@example.com' } },
          },
        ],
      },
    });
  });

  it('is kept in a secret under the key of the data, and nowhere in the template', () => {
    const template = templateOf();
    const [key] = Object.keys(template.findResources('AWS::IAM::AccessKey'));
    template.hasResource('AWS::SecretsManager::Secret', {
      ...KEPT,
      Properties: {
        GenerateSecretString: Match.absent(),
        KmsKeyId: Match.anyValue(),
        SecretString: {
          'Fn::Join': [
            '',
            [
              '{"username":"',
              { Ref: key },
              '","secretAccessKey":"',
              { 'Fn::GetAtt': [key, 'SecretAccessKey'] },
              '"}',
            ],
          ],
        },
      },
    });
  });

  it('of a new number is made beside the old one, which stays valid, in the same secret', () => {
    const before = templateOf();
    const { stack, sender } = stackOf({ accessKeys: [2, 1] });
    const between = Template.fromStack(stack);
    const after = templateOf({ accessKeys: [2] });
    expect(idsOf(between, 'AWS::IAM::AccessKey').toSorted()).toEqual(
      [...idsOf(before, 'AWS::IAM::AccessKey'), ...idsOf(after, 'AWS::IAM::AccessKey')].toSorted(),
    );
    // IAM allows a user two keys: three in a row, while one is replaced, would fail the deployment.
    expect(idsOf(between, 'AWS::IAM::User').toSorted()).toEqual(
      [...idsOf(before, 'AWS::IAM::User'), ...idsOf(after, 'AWS::IAM::User')].toSorted(),
    );
    expect(idsOf(between, 'AWS::SecretsManager::Secret')).toEqual(
      idsOf(before, 'AWS::SecretsManager::Secret'),
    );
    expect(sender.settings.login?.number).toBe(2);
    const [newest = ''] = idsOf(after, 'AWS::IAM::AccessKey');
    expect(JSON.stringify(between.findResources('AWS::SecretsManager::Secret'))).toContain(newest);
  });
});

describe('sending through SES', () => {
  it.each<Partial<SesMail>>([{}, { identity: 'existing' }, { accessKeys: [1, 2] }])(
    'leaves no policy finding open, and no acknowledgment idle: %o',
    (changes) => {
      expect(openFindings(stackOf(changes).stack)).toEqual([]);
      expect(idleAcknowledgments(stackOf(changes).stack)).toEqual([]);
    },
  );
});
