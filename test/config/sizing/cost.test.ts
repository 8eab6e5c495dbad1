import { describe, expect, it } from 'vitest';
import priceFile from '../../../config/data/aws-prices.json' with { type: 'json' };
import type { MonthlyCost, Plan } from '../../../config/sizing/plan.ts';
import { priceBookOf, type PriceFile, shippedPrices } from '../../../config/sizing/prices.ts';
import { sizeEnvironment } from '../../../config/sizing/size.ts';
import { regionNames } from '../../../config/regions.ts';
import { environmentOf, planOf, production } from '../../support/environments.ts';

interface StoredPrice {
  readonly value: number | null;
  readonly method: string;
  readonly confidence: string;
}

const pricedRegions = Object.keys(priceFile.regions);

/** The shipped prices without some items, in every Region. */
function pricesWithout(missing: RegExp): PriceFile {
  const keep = <T>(items: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(items).filter(([key]) => !missing.test(key)));
  const regions = Object.fromEntries(
    Object.entries<PriceFile['regions'][string]>(priceFile.regions).map(([region, items]) => [
      region,
      keep(items),
    ]),
  );
  return { ...priceFile, regions, global: keep<PriceFile['global'][string]>(priceFile.global) };
}

function planWithout(missing: RegExp, users: number): Plan {
  const result = sizeEnvironment(environmentOf(users, production), priceBookOf(pricesWithout(missing)));
  if (!result.ok) {
    throw new Error(result.problems.map(({ message }) => message).join('; '));
  }
  return result.value;
}

function amountOf({ items }: MonthlyCost, item: RegExp): number {
  return items
    .filter((candidate) => item.test(candidate.item))
    .reduce((sum, { perMonthUsd }) => sum + perMonthUsd, 0);
}

describe('the monthly cost', () => {
  it('of a server is its hourly price times the hours of a month', () => {
    const { server, costPerMonthUsd } = planOf(10);
    expect(server?.instanceType).toBe('t4g.medium');
    expect(costPerMonthUsd.items[0]).toEqual({
      item: 'EC2 t4g.medium',
      quantity: 730,
      unit: 'hours',
      unitPriceUsd: 0.0384,
      perMonthUsd: 28.03,
      confidence: 'medium',
    });
  });

  it('of a service counts the steady nodes', () => {
    const { app, costPerMonthUsd } = planOf(150, production);
    expect(costPerMonthUsd.items.find(({ item }) => item === 'Fargate web, 2 nodes: vCPU')).toMatchObject({
      quantity: app.nodesMin * app.vcpu * 730,
      unitPriceUsd: 0.03725,
    });
  });

  it('doubles the database and its storage for Multi-AZ', () => {
    const single = planOf(150).costPerMonthUsd;
    const multi = planOf(150, { availability: 'multi-az' }).costPerMonthUsd;
    const rds = /^RDS (db|gp3)/;
    expect(amountOf(multi, rds) / amountOf(single, rds)).toBeCloseTo(2, 2);
  });

  it.each([
    [
      'small',
      10,
      /EC2|EBS gp3 root|EBS gp3 data|IPv4 of the server|S3 filestore|volume snapshots|pgBackRest|KMS|Secrets|Logs, taken|Alarms|Copies to|Copies in/g,
      14,
    ],
    [
      'large',
      150,
      /vCPU|memory|RDS db|gp3 storage|Load Balancer|capacity units|IPv4 of the load|WAF|NAT gateways|NAT data|S3 Files|EFS sessions|database snapshots|Copies to/g,
      20,
    ],
  ])('of %s has a line for everything that is billed', (_, users, expected, least) => {
    const items = planOf(users, production).costPerMonthUsd.items.map(({ item }) => item);
    expect(items.filter((item) => item.match(expected) !== null).length).toBeGreaterThanOrEqual(least);
  });

  it('adds the copies only where there is a recovery Region', () => {
    expect(amountOf(planOf(150, production).costPerMonthUsd, /eu-west-1/)).toBeGreaterThan(0);
    expect(amountOf(planOf(150).costPerMonthUsd, /Copies/)).toBe(0);
  });

  it('has no firewall below large and no NAT gateway in small', () => {
    expect(amountOf(planOf(40).costPerMonthUsd, /WAF/)).toBe(0);
    expect(amountOf(planOf(10).costPerMonthUsd, /NAT/)).toBe(0);
  });

  it('counts EFS instead of S3 where the filestore is there', () => {
    const storage = { ...environmentOf(40).storage, filestore: 'efs' as const };
    const items = planOf(40, { storage }).costPerMonthUsd.items.map(({ item }) => item);
    expect(items.filter((item) => item.startsWith('EFS filestore'))).not.toEqual([]);
    expect(items.filter((item) => item.startsWith('S3'))).toEqual([]);
  });

  it('counts the file system that is restored each week, where the filestore is one', () => {
    const storage = { ...environmentOf(40).storage, filestore: 'efs' as const };
    const restored = /Restore tests: (files|restored file systems)/;
    const { costPerMonthUsd: cost } = planOf(40, { storage });
    const held = amountOf(cost, /EFS filestore$/);
    // To restore it four times costs a quarter of what it costs to keep it.
    expect(amountOf(cost, restored) / held).toBeGreaterThan(0.2);
    expect(amountOf(cost, restored) / held).toBeLessThan(0.4);
    expect(amountOf(planOf(40).costPerMonthUsd, restored)).toBe(0);
  });

  it('is never surer of an amount than of the use that it assumes', () => {
    for (const { item, confidence } of planOf(150, production).costPerMonthUsd.items) {
      if (/Logs|requests|data$|Copies to|snapshots/i.test(item)) {
        expect(confidence, item).toBe('low');
      }
    }
  });

  it('says what it leaves out', () => {
    const { excluded } = planOf(150).costPerMonthUsd;
    expect(excluded).toContain('Restore tests: no price is known (backup.restoreTesting)');
    expect(excluded.length).toBeGreaterThan(4);
  });
});

describe('a missing price', () => {
  it.each([
    ['alb.hour', /Application Load Balancer/],
    ['kms.key', /KMS keys/],
    ['fargate.arm64.memory', /Fargate web, 2 nodes: memory/],
    ['wafv2.webAcl', /WAF web ACL/],
  ])('of %s is named as left out and not counted as zero', (key, item) => {
    const complete = planOf(150, production).costPerMonthUsd;
    const plan = planWithout(new RegExp(`^${key.replaceAll('.', '\\.')}$`), 150);
    expect(plan.costPerMonthUsd.items.filter((candidate) => item.test(candidate.item))).toEqual([]);
    expect(plan.costPerMonthUsd.excluded.some((text) => item.test(text) && text.includes(key))).toBe(true);
    expect(plan.costPerMonthUsd.total).toBeLessThan(complete.total);
  });

  it('of one Region is taken from another with low confidence, and says from where', () => {
    const file: PriceFile = {
      ...priceFile,
      regions: {
        ...priceFile.regions,
        'eu-central-1': Object.fromEntries(
          Object.entries<PriceFile['regions'][string][string]>(priceFile.regions['eu-central-1']).filter(
            ([key]) => key !== 'alb.hour',
          ),
        ),
      },
    };
    const result = sizeEnvironment(environmentOf(150), priceBookOf(file));
    expect(result.ok && result.value.costPerMonthUsd.items).toContainEqual(
      expect.objectContaining({
        item: 'Application Load Balancer (price of us-east-1)',
        unitPriceUsd: 0.0225,
        confidence: 'low',
      }),
    );
  });

  it('of an instance type or class takes it out of the choice', () => {
    expect(planWithout(/^ec2\.t4g\.xlarge$/, 10).server?.instanceType).not.toBe('t4g.xlarge');
    expect(planWithout(/db\.m7g\.4xlarge/, 150).database.class).not.toBe('db.m7g.4xlarge');
  });

  it('of all instance types or classes refuses the plan', () => {
    for (const [missing, users] of [
      [/^ec2\./, 10],
      [/^rds\.postgres\./, 150],
    ] as const) {
      const result = sizeEnvironment(environmentOf(users), priceBookOf(pricesWithout(missing)));
      expect(result.ok).toBe(false);
    }
  });
});

describe('prices', () => {
  it.each(pricedRegions)('of %s stand for themselves', (region) => {
    expect(shippedPrices.pricedRegion(region)).toBe(region);
  });

  it('of a Region without a list are those of a near one, with low confidence', () => {
    expect(shippedPrices.pricedRegion('eu-north-1')).toBe('eu-west-1');
    expect(shippedPrices.pricedRegion('eu-south-1')).toBe('eu-central-1');
    expect(shippedPrices.pricedRegion('us-west-1')).toBe('us-west-2');
    expect(shippedPrices.pricedRegion('ap-northeast-1')).toBe('ap-southeast-2');
    expect(shippedPrices.pricedRegion('sa-east-1')).toBe('us-east-1');
    const { items, pricedRegion } = planOf(150, { region: 'eu-north-1' }).costPerMonthUsd;
    expect(pricedRegion).toBe('eu-west-1');
    expect(items.find(({ item }) => item.startsWith('Application Load'))?.confidence).toBe('low');
  });

  it.each(regionNames)('make a plan possible in %s', (region) => {
    for (const users of [10, 40, 150]) {
      expect(planOf(users, { region }).costPerMonthUsd.total).toBeGreaterThan(0);
    }
  });

  it('that were derived by scaling say so', () => {
    const regions: Readonly<Record<string, Readonly<Record<string, StoredPrice>>>> = priceFile.regions;
    for (const items of Object.values(regions)) {
      expect(items['ec2.t3.xlarge']).toMatchObject({ method: 'derived-linear', confidence: 'low' });
      expect(items['ec2.t3.xlarge']?.value).toBeCloseTo(2 * (items['ec2.t3.large']?.value ?? 0), 6);
    }
  });
});
