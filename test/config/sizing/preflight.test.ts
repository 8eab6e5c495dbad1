import { describe, expect, it } from 'vitest';
import type { Environment, Mail } from '../../../config/environment.ts';
import type { PreflightItem } from '../../../config/sizing/plan.ts';
import { environmentOf, planOf, production } from '../../support/environments.ts';

function checkOf(items: readonly PreflightItem[], check: string): PreflightItem | undefined {
  return items.find((item) => item.check === check);
}

/** Checks of the recovery Region. */
function inIreland(users: number, changes: Partial<Environment> = {}): readonly PreflightItem[] {
  return planOf(users, { ...production, ...changes }).preflight.filter(({ check }) =>
    /eu-west-1/.test(check),
  );
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

  describe('for a recovery', () => {
    it('asks for the quotas there, which nobody has raised yet', () => {
      expect(inIreland(150)[0]).toMatchObject({
        check: 'Quotas in eu-west-1, for a recovery',
        needs: '17 vCPU of Fargate On-Demand, 3 Elastic IP addresses',
        typicalDefault: expect.stringMatching(
          /^6 \(new accounts 0\), 5 addresses, whatever eu-central-1 was/,
        ),
        action: expect.stringContaining('L-3032A538 and L-0263D0A3'),
      });
      expect(inIreland(10)[0]).toMatchObject({
        needs: '4 vCPU of EC2 Standard On-Demand, 1 Elastic IP address',
        action: expect.stringContaining('L-1216C47A and L-0263D0A3'),
      });
    });

    it('needs no addresses in a network that exists there', () => {
      const network = {
        kind: 'existing' as const,
        vpcId: 'vpc-1',
        cidr: '10.0.0.0/16',
        availabilityZones: ['eu-west-1a', 'eu-west-1b'],
        publicSubnetIds: ['subnet-1', 'subnet-2'],
        privateSubnetIds: ['subnet-3', 'subnet-4'],
        isolatedSubnetIds: ['subnet-5', 'subnet-6'],
      };
      expect(
        inIreland(150, {
          recovery: { network, dns: 'switch', drill: { schedule: 'manual', workflows: [] } },
        })[0],
      ).toMatchObject({
        needs: '17 vCPU of Fargate On-Demand',
        typicalDefault: expect.not.stringContaining('addresses'),
        action: expect.not.stringContaining('L-0263D0A3'),
      });
    });

    it('asks of a single server for the task of its drill, and of others nothing more', () => {
      const check = 'Fargate On-Demand vCPU in eu-west-1, for a drill';
      expect(checkOf(inIreland(10), check)).toMatchObject({
        needs: '4 vCPU',
        action: expect.stringContaining('L-3032A538'),
      });
      expect(checkOf(inIreland(150), check)).toBeUndefined();
      const full = { storage: { ...environmentOf(10).storage, filestoreGiB: 150 } };
      expect(checkOf(inIreland(10, full), check)).toBeUndefined();
    });

    it('looks whether what is needed is offered there', () => {
      expect(checkOf(inIreland(150), 'RDS class in eu-west-1')).toMatchObject({
        needs: 'db.m7g.4xlarge, MultiAZCapable',
        action: expect.stringMatching(
          /--region eu-west-1 --engine postgres --db-instance-class db\.m7g\.4xlarge$/,
        ),
      });
      expect(checkOf(inIreland(10), 'Instance type in eu-west-1')?.action).toMatch(/Values=t4g\.xlarge$/);
    });

    it('names the certificate there, or how to get one', () => {
      const arn = 'arn:aws:acm:eu-west-1:123456789012:certificate/b';
      const domain = {
        name: 'erp.example.com',
        certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/a',
      };
      const { recovery } = environmentOf(40);
      const actionOf = (changes: object) =>
        checkOf(inIreland(40, { domain, ...changes }), 'Certificate in eu-west-1')?.action;
      expect(actionOf({ recovery: { ...recovery, certificateArn: arn } })).toContain(arn);
      expect(actionOf({})).toMatch(/^aws acm request-certificate --region eu-west-1 /);
      expect(checkOf(inIreland(40), 'Certificate in eu-west-1')).toBeUndefined();
    });

    it.each<[string, Mail | undefined, string | undefined]>([
      ['nothing without mail', undefined, undefined],
      [
        "SES's sandbox there",
        { ...sender, kind: 'ses', domain: 'example.com', identity: 'new', accessKeys: [1] },
        'production access of Amazon SES in eu-west-1',
      ],
      [
        'the relay',
        { ...sender, kind: 'relay', host: 'smtp.example.com', port: 587, encryption: 'starttls' },
        'smtp.example.com open to the addresses that Odoo calls from there',
      ],
    ])('names, for mail, %s', (_what, mail, needs) => {
      expect(checkOf(inIreland(40, { mail }), "Odoo's outgoing mail from eu-west-1")?.needs).toBe(needs);
    });

    it('checks nothing without a recovery Region', () => {
      expect(inIreland(150, { recoveryRegion: undefined })).toEqual([]);
    });
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
