import { describe, expect, it } from 'vitest';
import type { Mail } from '../../../config/environment.ts';
import { environmentOf } from '../../support/environments.ts';
import { relayMail as relay, sesMail as ses } from '../../support/mail.ts';
import { type Located, resourcesOf, templatesOf, type Templates } from '../../support/templates.ts';

const known = new Map<string, Templates>();

/** Templates of an environment with this mail; each is made once. */
function environmentWith(users: number, mail: Mail | undefined): Templates {
  const key = JSON.stringify([users, mail]);
  const templates = known.get(key) ?? templatesOf(environmentOf(users, { mail }));
  known.set(key, templates);
  return templates;
}

const text = (located: unknown): string => JSON.stringify(located);

/** The containers that write a configuration, each as text. */
function configuring(templates: Templates): readonly string[] {
  return resourcesOf(templates, 'AWS::ECS::TaskDefinition').flatMap(({ resource }) => {
    const containers: unknown = resource.Properties?.['ContainerDefinitions'];
    return Array.isArray(containers)
      ? containers.map(text).filter((container) => container.includes('"Name":"Configure"'))
      : [];
  });
}

const ids = (located: readonly Located[]): readonly string[] =>
  located.map(({ stack, logicalId }) => `${stack}/${logicalId}`);

/** Logical ids of what mail through SES is made of. */
function senderOf(templates: Templates): readonly string[] {
  return ids(resourcesOf(templates)).filter((id) => id.startsWith('Data/SesSender'));
}

function launchTemplateWith(accessKeys: readonly number[]): string {
  return text(resourcesOf(environmentWith(10, { ...ses, accessKeys }), 'AWS::EC2::LaunchTemplate'));
}

describe('mail of medium and large', () => {
  it('reaches web, scheduled jobs and the database job', () => {
    const containers = configuring(environmentWith(40, ses));
    expect(containers).toHaveLength(3);
    for (const container of containers) {
      expect(container).toContain(String.raw`smtp_server = email-smtp.eu-central-1.amazonaws.com\n`);
      expect(container).toContain('"--secret","SMTP_USER","--ses-secret","SMTP_PASSWORD","eu-central-1"');
      for (const [name, field] of [
        ['SMTP_USER', 'username'],
        ['SMTP_PASSWORD', 'secretAccessKey'],
      ]) {
        const secret = `"Name":"${name}","ValueFrom":{"Fn::Join":["",[`;
        const [, value = ''] = container.split(secret);
        expect(value).toMatch(new RegExp(`^.{0,200}SesSenderCredentials.{0,40}":${field}::"`));
      }
    }
  });

  it('has the password of a relay as it is', () => {
    for (const container of configuring(environmentWith(40, relay))) {
      expect(container).toContain('"--secret","SMTP_USER","--secret","SMTP_PASSWORD"');
      expect(container).toContain(`"Name":"SMTP_PASSWORD","ValueFrom":"${relay.credentialsArn}:password::"`);
    }
  });

  it('makes Odoo sure of the server, where it keeps running', () => {
    const verifying = configuring(environmentWith(40, ses)).map((container) =>
      /server_wide_modules = [a-z_,]*verified_mail/.test(container),
    );
    // Not in the job, which sends nothing.
    expect(verifying.filter(Boolean)).toHaveLength(2);
    const unverified = environmentWith(40, { ...relay, encryption: 'starttls-unverified' });
    expect(text(unverified)).not.toContain('verified_mail');
  });

  it('gives no other container the login', () => {
    const definitions = resourcesOf(environmentWith(40, ses), 'AWS::ECS::TaskDefinition').map(text);
    for (const definition of definitions) {
      expect(definition.match(/"Name":"SMTP_PASSWORD"/g)).toHaveLength(1);
    }
  });

  it('replaces every task when the access key changes, and nothing that is kept', () => {
    const [before, after] = [[1], [1, 2]].map((accessKeys) => environmentWith(40, { ...ses, accessKeys }));
    if (before === undefined || after === undefined) throw new Error('there are two environments');
    const [old, young] = [configuring(before), configuring(after)];
    for (const [index, container] of old.entries()) expect(young[index]).not.toBe(container);
    const kept = ['AWS::SecretsManager::Secret', 'AWS::SES::EmailIdentity', 'AWS::SES::ConfigurationSet'];
    expect(ids(resourcesOf(after, ...kept))).toEqual(ids(resourcesOf(before, ...kept)));
  });
});

describe('mail of the single server', () => {
  it('is logged in to with credentials that the server may read and finds by name', () => {
    const templates = environmentWith(10, ses);
    const [parameter] = resourcesOf(templates, 'AWS::SSM::Parameter').map(text);
    expect(parameter).toMatch(/smtpCredentials/);
    const role = resourcesOf(templates, 'AWS::IAM::Policy').find(({ stack }) => stack === 'Server');
    expect(text(role)).toContain('SesSenderCredentials');
  });

  it('launches another server when the access key changes', () => {
    expect(launchTemplateWith([1, 2])).not.toBe(launchTemplateWith([1]));
  });
});

describe.each([10, 40, 150])('the mail of %i users', (users) => {
  it('is nothing where none is asked for', () => {
    const without = text(environmentWith(users, undefined));
    for (const word of ['smtp_server', 'AWS::SES::', 'AWS::IAM::User', 'ses.amazonaws.com']) {
      expect(without.includes(word), word).toBe(false);
    }
  });

  it('comes back as bounces and complaints to the alarm topic, which SES can write to', () => {
    const templates = environmentWith(users, ses);
    expect(ids(resourcesOf(templates, 'AWS::SES::ConfigurationSetEventDestination'))).toEqual([
      expect.stringMatching(/^Operations\//),
    ]);
    expect(text(resourcesOf(templates, 'AWS::SNS::TopicPolicy'))).toContain('ses.amazonaws.com');
    const logKey = resourcesOf(templates, 'AWS::KMS::Key').find(({ stack }) => stack === 'Network');
    expect(text(logKey)).toContain('ses.amazonaws.com');
  });

  it('of a relay leaves SES alone', () => {
    const templates = text(environmentWith(users, relay));
    for (const word of ['AWS::SES::', 'AWS/SES', 'ses.amazonaws.com']) {
      expect(templates.includes(word), word).toBe(false);
    }
  });

  it('is the same domain, under the same logical ids, in every architecture', () => {
    expect(senderOf(environmentWith(users, ses))).toEqual(senderOf(environmentWith(10, ses)));
  });
});
