import type { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { environmentFileSchema } from '../../config/schema.ts';
import { entryOf, fieldsOf, fieldTexts, required } from '../../config/schema/field.ts';
import { itAccepts, itRefuses } from './rule-table.ts';

const digest = `@sha256:${'a'.repeat(64)}`;

describe('fields', () => {
  it('have a meaning, allowed values and advice, all of them', () => {
    const withoutText = (schema: z.core.$ZodType, path: string): string[] => [
      ...(fieldTexts.get(required(schema)) === undefined ? [path] : []),
      ...Object.entries(fieldsOf(entryOf(schema) ?? schema) ?? {}).flatMap(([name, field]) =>
        withoutText(field, `${path}.${name}`),
      ),
    ];

    expect(withoutText(environmentFileSchema, 'environment')).toEqual([]);
  });
});

describe('users', () => {
  itRefuses([
    {
      when: 'no users at all',
      change: { users: undefined },
      path: 'users',
      message: /^is missing$/,
      fix: /how many people/,
    },
    {
      when: '0 users',
      change: { users: 0 },
      path: 'users',
      message: /^must be at least 1$/,
      fix: /how many people/,
    },
    {
      when: 'negative users',
      change: { users: -5 },
      path: 'users',
      message: /^must be at least 1$/,
      fix: /how many people/,
    },
    {
      when: 'half a user',
      change: { users: 40.5 },
      path: 'users',
      message: /^must be a whole number$/,
      fix: /write 41/,
    },
    {
      when: 'more users than anybody has',
      change: { users: 100_001 },
      path: 'users',
      message: /^must be at most 100000$/,
      fix: /several environments, one per company group/,
    },
    {
      when: 'an endless number of users',
      change: { users: Infinity },
      path: 'users',
      message: /^must be a number$/,
      fix: /several environments/,
    },
    {
      when: 'users that are not a number',
      change: { users: NaN },
      path: 'users',
      message: /^must be a number$/,
      fix: /how many/,
    },
    {
      when: 'users in quotes',
      change: { users: '40' },
      path: 'users',
      message: /^must be a number$/,
      fix: /without quotes/,
    },
  ]);
  itAccepts([
    { when: 'a single user', tier: 'small', change: { users: 1 } },
    { when: 'as many users as the schema takes', change: { users: 100_000 } },
  ]);
});

describe('unknown fields', () => {
  itRefuses([
    {
      when: 'a misspelt field, with the right one',
      change: { concurency: 0.5 },
      path: 'concurency',
      message: /^is not a field of an environment$/,
      fix: /did you mean "concurrency"\?/,
    },
    {
      when: 'a field in the wrong case',
      change: { alarmemail: 'a@example.com' },
      path: 'alarmemail',
      message: /not a field/,
      fix: /"alarmEmail"/,
    },
    {
      when: 'a field in the wrong place, with the right one',
      change: { logDays: 30 },
      path: 'logDays',
      message: /not a field/,
      fix: /write it as retention\.logDays/,
    },
    {
      when: 'a field of two groups in the wrong place, with the one of the environment itself',
      change: { vpcId: 'vpc-0123456789abcdef0' },
      path: 'vpcId',
      message: /not a field/,
      fix: /write it as network\.vpcId/,
    },
    {
      when: 'a field within a group, with its place outside',
      change: { hostedZone: { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com', certificateArn: 'arn' } },
      path: 'hostedZone.certificateArn',
      message: /^is not a field of hostedZone$/,
      fix: /write it as certificateArn/,
    },
    {
      when: 'a misspelt field of a group',
      change: { retention: { weekley: 4 } },
      path: 'retention.weekley',
      message: /^is not a field of retention$/,
      fix: /"weekly"/,
    },
    {
      when: 'a field that resembles none',
      change: { kubernetes: true },
      path: 'kubernetes',
      message: /not a field/,
      fix: /^remove it/,
    },
  ]);
});

describe('Regions', () => {
  itRefuses([
    {
      when: 'a misspelt Region',
      change: { region: 'eu-cental-1' },
      path: 'region',
      message: /^is not a Region/,
      fix: /did you mean "eu-central-1"\?/,
    },
    {
      when: 'an Availability Zone for a Region',
      change: { region: 'eu-central-1b' },
      path: 'region',
      message: /^is not a Region/,
      fix: /write eu-central-1: eu-central-1b is one of its Availability Zones/,
    },
    {
      when: 'the place of a Region',
      change: { region: 'frankfurt' },
      path: 'region',
      message: /^is not a Region/,
      fix: /write eu-central-1/,
    },
    {
      when: 'another partition',
      change: { region: 'us-gov-west-1' },
      path: 'region',
      message: /^is not a Region/,
      fix: /commercial partition/,
    },
    {
      when: 'no Region',
      change: { region: undefined },
      path: 'region',
      message: /^is missing$/,
      fix: /nearest to the users/,
    },
    {
      when: 'a misspelt recovery Region',
      change: { recoveryRegion: 'eu-west1' },
      path: 'recoveryRegion',
      message: /^is not a Region/,
      fix: /"eu-west-1"/,
    },
  ]);
});

describe('single fields', () => {
  itRefuses([
    {
      when: 'a name that no stack can have',
      change: { name: 'Prod_1' },
      path: 'name',
      message: /^is not a name of an environment$/,
      fix: /acme-prod/,
    },
    {
      when: 'a name that ends in a hyphen',
      change: { name: 'prod-' },
      path: 'name',
      message: /not a name/,
      fix: /short name/,
    },
    {
      when: 'an account of 11 digits',
      change: { account: '12345678901' },
      path: 'account',
      message: /^is not an AWS account$/,
      fix: /12 digits in quotes/,
    },
    {
      when: 'an account without quotes',
      change: { account: 123456789012 },
      path: 'account',
      message: /^must be text$/,
      fix: /leading zeros/,
    },
    {
      when: 'an e-mail address without a domain',
      change: { alarmEmail: 'alarms' },
      path: 'alarmEmail',
      message: /^is not an e-mail address$/,
      fix: /odoo-alarms@example\.com/,
    },
    {
      when: 'a concurrency of nobody',
      change: { concurrency: 0 },
      path: 'concurrency',
      message: /^must be above 0$/,
      fix: /0\.6 for 60 %/,
    },
    {
      when: 'a concurrency in percent',
      change: { concurrency: 60 },
      path: 'concurrency',
      message: /^must be at most 1$/,
      fix: /0\.6 for 60 %/,
    },
    {
      when: 'a misspelt choice',
      change: { sizing: 'refrence' },
      path: 'sizing',
      message: /^is not one of the allowed values$/,
      fix: /"reference"/,
    },
    {
      when: 'another CPU',
      change: { architecture: 'risc-v' },
      path: 'architecture',
      message: /not one of/,
      fix: /choose one of the allowed values/,
    },
    {
      when: 'production as text',
      change: { production: 'yes' },
      path: 'production',
      message: /^must be true or false$/,
      fix: /without quotes/,
    },
    {
      when: 'a group that is none',
      change: { storage: 50 },
      path: 'storage',
      message: /^must be an object$/,
      fix: /growthPerYear/,
    },
    {
      when: 'logs for 31 days',
      change: { retention: { logDays: 31 } },
      path: 'retention.logDays',
      message: /not one of/,
      fix: /nearest is 30/,
    },
    {
      when: 'a stricter promise than any architecture gives',
      change: { objectives: { rpoHours: 0.25 } },
      path: 'objectives.rpoHours',
      message: /^must be at least 1$/,
      fix: /no architecture promises less/,
    },
    {
      when: 'a malformed certificate ARN',
      change: { hostedZone: undefined, certificateArn: 'arn:aws:acm:eu-central-1:1:certificate/x' },
      path: 'certificateArn',
      message: /^is not the ARN of an ACM certificate$/,
      fix: /list-certificates/,
    },
    {
      when: 'a URL as domain',
      change: { domain: 'https://erp.example.com' },
      path: 'domain',
      message: /^is not a host name$/,
      fix: /without https:/,
    },
    {
      when: 'a domain that no certificate can carry',
      change: { domain: `${'a'.repeat(60)}.example.com` },
      path: 'domain',
      message: /longer than the 64 characters/,
      fix: /bare name/,
    },
    {
      when: 'no network that may reach Odoo',
      change: { allowedCidrs: [] },
      path: 'allowedCidrs',
      message: /^needs 1 or more entries$/,
      fix: /leave the field out/,
    },
    {
      when: 'more networks than a security group holds',
      change: { allowedCidrs: Array.from({ length: 31 }, (_, index) => `10.${index}.0.0/16`) },
      path: 'allowedCidrs',
      message: /^has more than 30 entries$/,
      fix: /list the networks/,
    },
    {
      when: 'a database parameter in capitals',
      change: { overrides: { database: { parameters: { WORK_MEM: '1' } } } },
      path: 'overrides.database.parameters.WORK_MEM',
      message: /^is not a name of a PostgreSQL parameter$/,
      fix: /lower case/,
    },
  ]);
});

describe('odoo', () => {
  itRefuses([
    {
      when: 'Odoo 20.0, and says why',
      change: { odoo: { version: '20.0' } },
      path: 'odoo.version',
      message: /^is not supported yet: .* of Odoo 20 have not been verified/,
      fix: /write '19\.0'/,
    },
    {
      when: 'a version without quotes',
      change: { odoo: { version: 18 } },
      path: 'odoo.version',
      message: /not one of/,
      fix: /write '18\.0' in quotes/,
    },
    {
      when: 'an Odoo that is too old',
      change: { odoo: { version: '17.0' } },
      path: 'odoo.version',
      message: /not one of/,
      fix: /newest that is verified/,
    },
    {
      when: 'an image without a digest',
      change: { odoo: { image: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/odoo:19.0' } },
      path: 'odoo.image',
      message: /without its digest/,
      fix: /docker buildx imagetools inspect/,
    },
    {
      when: 'an image with a broken digest',
      change: { odoo: { image: 'registry.example.com/odoo@sha256:abc' } },
      path: 'odoo.image',
      message: /^is not an image$/,
      fix: /64 hexadecimal digits/,
    },
    {
      when: 'a misspelt source of the image',
      change: { odoo: { image: 'offical' } },
      path: 'odoo.image',
      message: /^is not an image$/,
      fix: /"official"/,
    },
  ]);
  itAccepts([
    { when: 'Odoo 18.0', change: { odoo: { version: '18.0' } } },
    {
      when: 'an image with registry, tag and digest',
      change: { odoo: { image: `ghcr.io/acme/odoo:19${digest}` } },
    },
    {
      when: 'a registry with a port',
      change: { odoo: { image: `registry.example.com:5000/odoo${digest}` } },
    },
    { when: 'an image built from addons', change: { odoo: { image: 'addons' } } },
  ]);
});
