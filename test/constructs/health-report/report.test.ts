import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { S3 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHandler } from '../../../constructs/health-report/report.lambda/report.ts';
import type {
  Measured,
  MetricSource,
  Settings,
} from '../../../constructs/health-report/report.lambda/settings.ts';
import { AwsWire, type Refusal, type WireCall } from '../../support/aws-wire.ts';

// With AWS's own clients, against recorded shapes of answers.

const NOW = new Date('2026-12-01T06:00:00Z');
const VALUES = 'GraniteServiceVersion20100801.GetMetricData';
const HISTORY = 'GraniteServiceVersion20100801.DescribeAlarmHistory';
const GIB = 1024 ** 3;

const source = (name: string): MetricSource => ['Test', name, 'Average', { Environment: 'prod' }];
const MEDIUM: Settings = {
  environment: 'prod',
  tier: 'medium',
  users: 60,
  workers: 10,
  auditBucket: 'audit',
  availabilityPercent: 99.5,
  businessHours: 'mon-fri 07:00-17:00',
  storageGiB: { planned: 100, most: 500 },
  proofs: ['database'],
  drills: { bucket: 'audit-copy', region: 'eu-west-1' },
  metrics: Object.fromEntries(
    (
      [
        'requests',
        'errors',
        'entryErrors',
        'responseTime',
        'p95',
        'webCpu',
        'databaseCpu',
        'freeStorage',
      ] as const
    ).map((name) => [name, source(name)]),
  ),
};

let wire: AwsWire;
beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire.stop());

/** What each metric says at a moment. */
let says: Partial<Record<Measured, (at: Date) => number | undefined>>;
let keys: Record<string, readonly string[]>;
let look: object | undefined;
let changes: readonly object[];

beforeEach(() => {
  wire.reset();
  says = {
    requests: () => 300,
    errors: (at) => (at.getUTCHours() === 3 ? 300 : 0),
    entryErrors: () => 0,
    responseTime: () => 2.5,
    p95: () => 1.25,
    webCpu: () => 30,
    databaseCpu: () => 20,
    freeStorage: (at) => (80 - (at.getTime() - Date.UTC(2026, 7, 1)) / 86_400_000 / 4) * GIB,
  };
  keys = {
    'restore-tests/': [
      'restore-tests/2026-11-22T09:00:00.000Z-failed-1A2B.json',
      'restore-tests/2026-11-29T09:00:00.000Z-passed-1A2B.html',
      'restore-tests/2026-11-29T09:00:00.000Z-passed-1A2B.json',
    ],
    'drills/': ['drills/2026-11-01T09:00:00.000Z-passed-d1.json', 'drills/lock.json'],
    'maintenance/': ['maintenance/2026-11-29T05:00:00.000Z-urgent.json'],
  };
  look = {
    environment: 'prod',
    at: '2026-11-29T05:00:00.000Z',
    analyzed: [],
    left: [],
    findings: [
      {
        check: 'invalid index',
        severity: 'urgent',
        object: '<script>alert(1)</script>',
        seen: 'a & b',
        advice: "it's so",
      },
    ],
    measures: { bloatPercent: 12.5 },
  };
  changes = [];
  wire.otherwise = answer;
});

function answer(call: WireCall) {
  const { operation, parameters } = call;
  if (operation === VALUES) return { body: values(parameters) };
  if (operation === HISTORY) return { body: { AlarmHistoryItems: changes } };
  if (operation.startsWith('PUT ')) return {};
  if (/^GET \/audit(-copy)?\/?$/.test(operation)) {
    const found = keys[String(parameters['prefix'])] ?? [];
    return {
      body: `<ListBucketResult>${found.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('')}</ListBucketResult>`,
    };
  }
  if (operation.startsWith('GET /audit/maintenance/')) return { body: JSON.stringify(look) };
  return undefined;
}

interface Query {
  readonly Id: string;
  readonly MetricStat: { readonly Period: number; readonly Metric: { readonly MetricName: Measured } };
}

function values(parameters: WireCall['parameters']) {
  const {
    StartTime: from,
    EndTime: until,
    MetricDataQueries: queries,
  } = JSON.parse(JSON.stringify(parameters));
  return {
    MetricDataResults: queries.map(({ Id, MetricStat }: Query) => {
      const of = says[MetricStat.Metric.MetricName] ?? (() => undefined);
      const moments: number[] = [];
      const found: number[] = [];
      for (let at = from; at < until; at += MetricStat.Period) {
        const value = of(new Date(at * 1000));
        if (value === undefined) continue;
        moments.push(at);
        found.push(value);
      }
      return { Id, Timestamps: moments, Values: found };
    }),
  };
}

async function report(settings: Settings = MEDIUM) {
  const message = await createHandler({
    settings,
    cloudWatch: new CloudWatch({ region: 'eu-central-1', maxAttempts: 1 }),
    s3: new S3({ region: 'eu-central-1', maxAttempts: 1, forcePathStyle: true }),
    s3OfDrills: new S3({ region: 'eu-west-1', maxAttempts: 1, forcePathStyle: true }),
    now: () => NOW,
    log: () => undefined,
  })();
  const put = wire.calls.find(({ operation }) => operation.startsWith('PUT '));
  return { ...message, page: put?.body ?? '', key: put?.operation, type: put?.headers['content-type'] };
}

const seconds = (moment: string) => Date.parse(moment) / 1000;

const change = (AlarmName: string, at: string, to: string) => ({
  AlarmName,
  Timestamp: Date.parse(at) / 1000,
  HistoryData: JSON.stringify({ newState: { stateValue: to } }),
});

describe('the report on a month', () => {
  it('asks for that month finely and for four by days, and for the alarms of the month', async () => {
    await report();
    expect(
      wire
        .asked(VALUES)
        .map(({ StartTime, EndTime, MetricDataQueries }) => {
          const [{ MetricStat }] = JSON.parse(JSON.stringify(MetricDataQueries));
          return `${MetricStat.Period}: ${String(StartTime)}-${String(EndTime)}`;
        })
        .toSorted(),
    ).toEqual([
      `300: ${seconds('2026-11-01')}-${seconds('2026-12-01')}`,
      `86400: ${seconds('2026-08-01')}-${seconds('2026-12-01')}`,
    ]);
    expect(wire.asked(HISTORY)).toMatchObject([
      { HistoryItemType: 'StateUpdate', StartDate: seconds('2026-11-01'), EndDate: seconds('2026-12-01') },
    ]);
    expect(wire.calls.find(({ operation }) => operation.startsWith('GET /audit-copy'))?.region).toBe(
      'eu-west-1',
    );
  });

  it('is a page and a mail that says where it is', async () => {
    const { subject, message, page, key, type } = await report();
    expect(key).toBe('PUT /audit/health/2026-11.html');
    expect(type).toBe('text/html; charset=utf-8');
    expect(subject).toBe('Odoo prod in 2026-11: 1 to do');
    expect(message).toContain('s3://audit/health/2026-11.html');
    expect(page).toContain('<th scope="col">2026-08</th>');
  });

  it('says what the load says: workers busy by the time that requests take', async () => {
    // 300 requests of 2.5 s in 300 s are 2.5 workers of ten.
    expect((await report()).message).toMatch(/well +Number of users: CPU of the web nodes: busy for 30 %/);
    says.responseTime = () => 9;
    const { message } = await report();
    expect(message).toMatch(
      /TO DO +Number of users: Workers: busy for 90 % at the peak, planned for up to 75 %/,
    );
    expect(message).toContain('carries about 50 users');
    expect(message).toContain('Write users: 72');
  });

  it('counts what failed while people work, and what nobody was there to answer', async () => {
    expect((await report()).message).toContain('Availability: 100 % of requests in business hours, 99.5 %');
    says.entryErrors = (at) => (at.getUTCHours() === 9 ? 30 : 0);
    expect((await report()).message).toMatch(/TO DO +Availability: 99\.009 % of requests/);
  });

  it('says when storage will be full, with what RDS adds by itself', async () => {
    // A quarter of a GiB a day; 400 more may come.
    expect((await report()).message).toMatch(
      /Storage: Free: 50 GiB.*Growth in a week: 1\.8 GiB\. Full in about 1\d{3} days/,
    );
    const { message } = await report({ ...MEDIUM, storageGiB: { planned: 100, most: 100 } });
    expect(message).toMatch(/well +Storage: .*Full in about 199 days/);
    says.freeStorage = (at) => (300 - ((at.getTime() - Date.UTC(2026, 7, 1)) / 86_400_000) * 2) * GIB;
    expect((await report({ ...MEDIUM, storageGiB: { planned: 100, most: 100 } })).message).toMatch(
      /TO DO +Storage: .*Full in about 29 days/,
    );
  });

  it('tells what rang, of this environment alone', async () => {
    changes = [
      change('prod-warning-web-cpu', '2026-11-03T10:00:00Z', 'ALARM'),
      change('prod-warning-web-cpu', '2026-11-03T13:00:00Z', 'OK'),
      change('staging-critical-web-cpu', '2026-11-03T10:00:00Z', 'ALARM'),
    ];
    const { message, page } = await report();
    expect(message).toContain(
      'to watch   Alarms: 1 have rung, 1 times in all, prod-warning-web-cpu for longest.',
    );
    expect(page).toContain('<td>3 hours</td>');
    expect(page).not.toContain('staging');
  });

  it('tells what is proven, and what failed since', async () => {
    expect((await report()).message).toMatch(
      /well +Restore of the database: Proven last on 2026-11-29, 1 days ago\./,
    );
    keys['restore-tests/'] = [
      'restore-tests/2026-11-29T09:00:00.000Z-passed-1A2B.json',
      'restore-tests/2026-11-30T09:00:00.000Z-failed-1A2B.json',
    ];
    expect((await report()).message).toMatch(
      /TO DO +Restore of the database: Proven last on 2026-11-29, 1 days ago\. The last attempt, 2026-11-30, has failed/,
    );
    keys['restore-tests/'] = ['restore-tests/2026-11-30T09:00:00.000Z-failed-1A2B.json'];
    keys['drills/'] = ['drills/2026-10-04T09:00:00.000Z-passed-d1.json'];
    const { message } = await report();
    expect(message).toMatch(
      /TO DO +Restore of the database: Never proven. The last attempt, 2026-11-30, has failed/,
    );
    expect(message).toMatch(/TO DO +Recovery drill: Proven last on 2026-10-04, 57 days ago/);
  });

  it('shows what a database says as text, whatever that is, and needs nothing from elsewhere', async () => {
    const { page } = await report();
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toContain('a &amp; b');
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|https?:/);
  });

  it('is written even if nothing answers, and says that nothing is known', async () => {
    const denied: Refusal = { code: 'AccessDenied', status: 403 };
    wire.otherwise = ({ operation }) => (operation.startsWith('PUT ') ? {} : denied);
    const { subject, message } = await report();
    expect(subject).toMatch(/nothing to do, \d+ not known$/);
    for (const what of [
      'load of the month',
      'history of alarms',
      'Restore tests',
      'Drills',
      'look at the database',
    ])
      expect(message).toMatch(new RegExp(`not known +This report: .*${what}.* could not be read`, 'i'));
    expect(message).not.toMatch(/well {2}/);
  });

  it('says of a new environment that nothing was measured yet, and blames nobody', async () => {
    says = {};
    keys = {};
    const { message } = await report({ ...MEDIUM, drills: undefined });
    expect(message).toMatch(/not known +Number of users/);
    expect(message).toMatch(/not known +Database: Nobody has looked at it yet/);
    expect(message).toMatch(/TO DO +Restore of the database: Never proven/);
  });

  it('fails where its page cannot be written, so that it is tried again', async () => {
    wire.otherwise = (call) =>
      call.operation.startsWith('PUT ') ? { code: 'AccessDenied', status: 403 } : answer(call);
    await expect(report()).rejects.toThrow();
  });
});

describe('the report on the single server', () => {
  const SMALL: Settings = {
    ...MEDIUM,
    tier: 'small',
    users: 15,
    storageGiB: undefined,
    proofs: ['database', 'volume'],
    drills: undefined,
    metrics: Object.fromEntries(
      (['serverCpu', 'serverMemory', 'serverDisk', 'healthy'] as const).map((name) => [name, source(name)]),
    ),
  };

  it('counts the minutes in which Odoo is well, the CPU of the server and its volume', async () => {
    says = {
      serverCpu: () => 66,
      serverMemory: () => 50,
      serverDisk: (at) => 20 + (at.getTime() - Date.UTC(2026, 7, 1)) / 86_400_000 / 4,
      healthy: (at) => (at.getUTCDate() === 3 && at.getUTCHours() === 9 ? 0 : 1),
    };
    const { message } = await report(SMALL);
    // One of 210 hours.
    expect(message).toMatch(/well +Availability: 99\.523 % of time/);
    expect(message).toMatch(/TO DO +Number of users: CPU of the server: busy for 66 %.*Write users: 17/);
    expect(message).toMatch(
      /Storage: Free: 50 % of the data volume\. Growth in a week: 1\.8 % of the volume/,
    );
    expect(message).toMatch(/TO DO +Restore of the volume: Never proven/);
  });
});
