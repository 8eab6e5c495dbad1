import { describe, expect, it } from 'vitest';
import type { Environment } from '../../config/environment.ts';
import { environmentOf, production } from '../support/environments.ts';
import { recoveredTemplatesOf, resourcesOf, type Templates, templatesOf } from '../support/templates.ts';

// Where somebody looks at Odoo from outside, and where the promise of availability is watched.

const office: Partial<Environment> = {
  allowedCidrs: ['203.0.113.0/24'],
  // By which a certificate can be issued all the same.
  domain: environmentOf(40).domain,
};
const everyFiveMinutes: Partial<Environment> = {
  monitoring: { ...environmentOf(10).monitoring, canaryMinutes: 5 },
};

/** The address that each canary opens, by its stack. */
function canariesOf(templates: Templates): readonly (readonly [string, unknown])[] {
  return resourcesOf(templates, 'AWS::Synthetics::Canary').map(({ stack, resource }) => {
    const { EnvironmentVariables } = Object(resource.Properties?.['RunConfig']);
    return [stack, Object(EnvironmentVariables).ODOO_URL];
  });
}

/** Names of alarms whose name begins so, without that of the environment and their severity. */
function alarmsOf(templates: Templates, beginning: string): string[] {
  return resourcesOf(templates, 'AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm')
    .map(({ resource }) =>
      String(resource.Properties?.['AlarmName']).replace(/^test-(critical|warning|part)-/, ''),
    )
    .filter((name) => name.startsWith(beginning))
    .toSorted();
}

const AVAILABILITY = [
  'availability-fast-burn',
  'availability-fast-burn-long',
  'availability-fast-burn-recent',
  'availability-slow-burn',
  'availability-slow-burn-long',
  'availability-slow-burn-recent',
];

describe.each([10, 40, 150])('with %i users', (users) => {
  it('production has a canary that opens the domain, alarms on it, and on what is promised', () => {
    const templates = templatesOf(environmentOf(users, production));
    expect(canariesOf(templates)).toEqual([['Operations', 'https://erp.example.com']]);
    expect(alarmsOf(templates, 'canary')).toEqual(['canary-failed', 'canary-silent']);
    expect(alarmsOf(templates, 'availability')).toEqual(AVAILABILITY);
  });

  it('so has an environment that was brought back, where it is then', () => {
    const templates = recoveredTemplatesOf(environmentOf(users, production));
    expect(canariesOf(templates).map(([, url]) => url)).toEqual(['https://erp.example.com']);
    expect(alarmsOf(templates, 'canary')).toEqual(['canary-failed', 'canary-silent']);
    expect(alarmsOf(templates, 'availability')).toEqual(AVAILABILITY);
  });

  it('a test system has a canary if it asks for one, and nothing is promised', () => {
    const templates = templatesOf(environmentOf(users, everyFiveMinutes));
    expect(canariesOf(templates)).toHaveLength(1);
    expect(alarmsOf(templates, 'availability')).toEqual([]);
    expect(canariesOf(templatesOf(environmentOf(users)))).toEqual([]);
  });

  it('nobody looks from outside where not everybody may connect; requests are counted all the same', () => {
    const templates = templatesOf(environmentOf(users, { ...production, ...office }));
    expect(canariesOf(templates)).toEqual([]);
    expect(alarmsOf(templates, 'canary')).toEqual([]);
    expect(alarmsOf(templates, 'availability')).toEqual(AVAILABILITY);
  });
});

it('a single server without a domain is opened at its address, by plain HTTP', () => {
  const [canary] = canariesOf(templatesOf(environmentOf(10, { ...everyFiveMinutes, domain: undefined })));
  expect(JSON.stringify(canary?.[1])).toMatch(/^\{"Fn::Join":\["",\["http:\/\/",\{"Fn::GetStackOutput"/);
});
