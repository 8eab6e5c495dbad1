import { describe, expect, it } from 'vitest';
import type { Mail } from '../../../config/environment.ts';
import type { PreflightItem } from '../../../config/sizing/plan.ts';
import { environmentOf, planOf, production } from '../../support/environments.ts';

function checkOf(items: readonly PreflightItem[], check: string): PreflightItem | undefined {
  return items.find((item) => item.check === check);
}

describe('the pre-flight list', () => {
  it('adds the vCPU of a rolling deployment to the steady ones', () => {
    // 2 x 4 vCPU of web and 1 of cron; a deployment starts 8 more.
    expect(checkOf(planOf(150, production).preflight, 'Fargate On-Demand vCPU')).toMatchObject({
      needs: '17 vCPU (9 steady, 8 more during a deployment, 17 scaled out)',
      typicalDefault: expect.stringContaining('6 per Region'),
      action: expect.stringContaining('L-3032A538'),
    });
  });

  it('asks for the vCPU of the single server instead where there is one', () => {
    const { preflight } = planOf(10);
    expect(checkOf(preflight, 'EC2 Standard On-Demand vCPU')?.needs).toContain('2 vCPU (t4g.medium)');
    expect(checkOf(preflight, 'Fargate On-Demand vCPU')).toBeUndefined();
  });

  it.each([
    [10, {}, '1 for the server'],
    [40, {}, '1 for NAT gateways'],
    [150, production, '3 for NAT gateways'],
  ])('counts the Elastic IP addresses of %i users', (users, changes, needs) => {
    expect(checkOf(planOf(users, changes).preflight, 'Elastic IP addresses')).toMatchObject({
      needs,
      action: expect.stringContaining('L-0263D0A3'),
    });
  });

  const sender = { from: 'odoo@example.com', fromFilter: 'example.com' };
  it.each<[string, Mail | undefined, RegExp]>([
    ['its field where there is none', undefined, /^the field mail$/],
    [
      'the way out of the sandbox',
      { ...sender, kind: 'ses', domain: 'example.com', identity: 'new', accessKeys: [1] },
      /^production access of Amazon SES in eu-central-1$/,
    ],
    [
      'the relay to let Odoo in',
      { ...sender, kind: 'relay', host: 'smtp.example.com', port: 587, encryption: 'starttls' },
      /^smtp\.example\.com on port 587/,
    ],
  ])('names, for mail, %s', (_what, mail, needs) => {
    expect(checkOf(planOf(40, { mail }).preflight, "Odoo's outgoing mail")?.needs).toMatch(needs);
  });

  it('bootstraps both Regions, in the account if it is known', () => {
    expect(
      checkOf(planOf(150, { ...production, account: '123456789012' }).preflight, 'CDK bootstrap')?.action,
    ).toBe('npx cdk bootstrap aws://123456789012/eu-central-1 aws://123456789012/eu-west-1');
  });

  it('warns of Regions that are switched off by default', () => {
    expect(
      checkOf(planOf(10, { region: 'eu-south-1' }).preflight, 'Region eu-south-1 switched on'),
    ).toBeDefined();
  });

  it('checks the service that the filestore is kept on, where there is one', () => {
    const storage = { ...environmentOf(40).storage, filestore: 'efs' as const };
    expect(checkOf(planOf(40).preflight, 'Amazon S3 Files')?.needs).toContain('eu-central-1');
    expect(checkOf(planOf(40, { storage }).preflight, 'Amazon EFS for the filestore')).toBeDefined();
    expect(checkOf(planOf(10).preflight, 'Amazon S3 Files')).toBeUndefined();
  });

  it('checks what the domain rests on: zone, certificate, or a record made by hand', () => {
    const arn = 'arn:aws:acm:eu-central-1:123456789012:certificate/a';
    expect(checkOf(planOf(40).preflight, 'Hosted zone')?.needs).toContain('Z0123456789ABCDEFGHIJ');
    expect(
      checkOf(
        planOf(40, { domain: { name: 'erp.example.com', certificateArn: arn } }).preflight,
        'Certificate',
      )?.action,
    ).toContain(arn);
    expect(checkOf(planOf(10).preflight, 'DNS record')).toBeDefined();
    expect(checkOf(planOf(10, { domain: undefined }).preflight, 'DNS record')).toBeUndefined();
  });

  it('reminds of the confirmation that alarms wait for', () => {
    expect(checkOf(planOf(40, { alarmEmail: 'ops@example.com' }).preflight, 'Alarm e-mail')?.needs).toContain(
      'ops@',
    );
  });

  it('needs no VPC quota for an existing network', () => {
    const subnets = ['subnet-1', 'subnet-2'];
    const { preflight } = planOf(40, {
      network: {
        kind: 'existing',
        vpcId: 'vpc-1',
        cidr: '10.0.0.0/16',
        availabilityZones: ['eu-central-1a', 'eu-central-1b'],
        publicSubnetIds: subnets,
        privateSubnetIds: subnets,
        isolatedSubnetIds: subnets,
      },
    });
    expect(checkOf(preflight, 'VPCs')).toBeUndefined();
    expect(checkOf(preflight, 'Elastic IP addresses')).toBeUndefined();
  });

  it('says for each check what is needed, usual and to be done', () => {
    for (const users of [10, 40, 150]) {
      for (const item of planOf(users, production).preflight) {
        expect(Object.values(item).every((text) => text.length > 0 && !text.includes('undefined'))).toBe(
          true,
        );
      }
    }
  });
});
