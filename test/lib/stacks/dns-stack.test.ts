import { fullDiff } from '@aws-cdk/cloudformation-diff';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../config/environment.ts';
import { environmentOf } from '../../support/environments.ts';
import { resourcesOf, type Templates, templatesOf } from '../../support/templates.ts';

const hosted: Partial<Environment> = {
  domain: { name: 'erp.example.com', hostedZone: { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com' } },
};
const [small, medium] = [10, 40].map((users) => templatesOf(environmentOf(users, hosted)));
if (small === undefined || medium === undefined) throw new Error('no templates');

const records = (templates: Templates) =>
  resourcesOf(templates, 'AWS::Route53::RecordSet').map(({ stack, logicalId }) => `${stack}/${logicalId}`);

/** What a template says of the key of the data, without the statements that only name this account. */
const keyPolicy = (templates: Templates): readonly unknown[] =>
  resourcesOf(templates, 'AWS::KMS::Key')
    .filter(({ stack }) => stack === 'Data')
    .flatMap(({ resource }) => JSON.parse(JSON.stringify(resource.Properties?.['KeyPolicy'])).Statement)
    .filter((statement: { readonly Sid?: string }) => statement.Sid !== undefined);

describe('the record of the domain', () => {
  it('is the same one in every architecture, alone in its stack', () => {
    expect(records(small)).toHaveLength(1);
    expect(records(small)[0]).toMatch(/^Dns\//);
    expect(records(medium)).toEqual(records(small));
    expect(Object.keys(medium['Dns']?.Resources ?? {})).toHaveLength(1);
  });

  it('moves from the server to the load balancer, and back, without being replaced', () => {
    for (const [before, after] of [
      [small, medium],
      [medium, small],
    ] as const) {
      const impacts: string[] = [];
      fullDiff(before['Dns'] ?? {}, after['Dns'] ?? {}).resources.forEachDifference((_, change) =>
        impacts.push(change.changeImpact),
      );
      expect(impacts).toEqual(['WILL_UPDATE']);
    }
  });

  it('is nobody else’s where the zone is not in the account', () => {
    const certificateArn = 'arn:aws:acm:eu-central-1:111122223333:certificate/6c5f';
    const elsewhere = { domain: { name: 'erp.example.com', certificateArn } };
    const templates = templatesOf(environmentOf(40, elsewhere));
    expect(templates['Dns']).toBeUndefined();
    expect(JSON.stringify(templates['Edge']?.Outputs)).toContain('Create a CNAME record for erp.example.com');
  });
});

describe('what is deployed beside the running server of an environment that grows', () => {
  it('leaves the data key to Auto Scaling, or a server that dies meanwhile would not be replaced', () => {
    expect(keyPolicy(small)).not.toEqual([]);
    expect(keyPolicy(medium)).toEqual(keyPolicy(small));
  });

  it('takes nothing away from network, buckets and secrets', () => {
    const kept = ['Network', 'Data'].flatMap((stack) => Object.keys(small[stack]?.Resources ?? {}));
    const after = ['Network', 'Data'].flatMap((stack) => Object.keys(medium[stack]?.Resources ?? {}));
    expect(kept.filter((id) => !after.includes(id))).toEqual([]);
  });
});
