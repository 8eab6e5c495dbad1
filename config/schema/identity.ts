import { z } from 'zod';
import { didYouMean } from '../closest.ts';
import { regionNames, regionOf } from '../regions.ts';
import { fieldTexts } from './field.ts';

/** Name of the environment. */
export const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,18}[a-z0-9]$/, 'is not a name of an environment')
  .register(fieldTexts, {
    meaning:
      'Name of the environment, the same as the name of its file, and prefix of its stacks (`prod-Network`, `prod-Data`, …). Never change it once deployed: another name is another environment.',
    allowed:
      '2 to 20 lower-case letters, digits and hyphens, beginning with a letter, not ending with a hyphen',
    fix: 'choose a short name such as prod, staging or acme-prod',
  });

/** Switches the protections of production on. */
export const production = z.boolean().register(fieldTexts, {
  meaning:
    'Production turns on Multi-AZ (medium and large), long retention, deletion protection and termination protection, and requires a domain.',
  allowed: 'true, false',
  fix: 'write true or false without quotes',
});

/** AWS account of the environment. */
export const account = z
  .string()
  .regex(/^\d{12}$/, 'is not an AWS account')
  .register(fieldTexts, {
    meaning:
      'AWS account. Name it for everything that matters: a deployment with the credentials of another account then fails instead of building there. Absent: the account of the credentials in use.',
    allowed: '12 digits in quotes',
    fix: 'write the 12 digits in quotes (a number would lose leading zeros); `aws sts get-caller-identity` prints them',
  });

/** Region of the environment. */
export const region = regionField(
  'AWS Region. Choose the one nearest to the users. Never change it once deployed: another Region is another environment.',
);

/** Region of the copies. */
export const recoveryRegion = regionField(
  'Second Region for the copies of database and filestore, from which the environment can be rebuilt when the first is lost. Absent: no copies leave the Region.',
);

function regionField(meaning: string) {
  return z
    .enum(regionNames, {
      error: ({ input }) => (input === undefined ? undefined : 'is not a Region that this project knows'),
    })
    .register(fieldTexts, { meaning, allowed: regionNames.join(', '), fix: adviceForRegion });
}

function adviceForRegion(value: unknown): string {
  const choose = 'choose the Region nearest to the users, for example eu-central-1';
  if (typeof value !== 'string') {
    return choose;
  }
  if (/^(cn|us-gov|us-iso|eusc)/.test(value)) {
    return 'choose a Region of the commercial partition: China, GovCloud and the sovereign clouds have other accounts and lack services that this project builds on';
  }
  const zone = regionNames.find((known) => new RegExp(`^${known}[a-z]$`).test(value));
  if (zone !== undefined) {
    return `write ${zone}: ${value} is one of its Availability Zones, and the environment spreads over them by itself`;
  }
  const located = regionNames.find((known) => regionOf(known).location.toLowerCase() === value.toLowerCase());
  if (located !== undefined) {
    return `write ${located}, the name of the Region in ${regionOf(located).location}`;
  }
  return didYouMean(value, regionNames) ?? choose;
}

/** Tags of the customer. */
export const tags = z.record(z.string(), z.string()).register(fieldTexts, {
  meaning:
    "Tags on every resource, for example for cost allocation, beside the project's own `odoo-aws:project`, `odoo-aws:environment` and `odoo-aws:tier`.",
  allowed:
    'up to 40 keys of 1 to 128 characters with values of up to 256, made of letters, digits, spaces and + - = . _ : / @',
  fix: "write keys and values as text, for example { 'cost-center': '4711' }",
});
