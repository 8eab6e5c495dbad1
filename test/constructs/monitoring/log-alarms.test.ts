import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { metricMath } from '../../support/metric-math.ts';
import { planOf } from '../../support/environments.ts';
import { addLogAlarms, stackWith } from './alarm-stacks.ts';
import { filtersOf, valuesOf } from './log-filters.ts';
import { type LogFile, logEvents } from './log-lines.ts';

// Each fault that the logs can tell of, from the line that a program wrote to the section of the runbook: the filters and the
// alarms are those of the template, the lines are real.

interface Metric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly unknown[];
}

interface MetricStat {
  readonly Metric: Metric;
  readonly Period: number;
  readonly Stat: string;
}

interface AlarmProperties extends Partial<Metric> {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly ComparisonOperator: string;
  readonly Threshold: number;
  readonly Period?: number;
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly TreatMissingData: string;
  readonly EvaluationPeriods: number;
  readonly Metrics?: readonly {
    readonly Id: string;
    readonly Expression?: string;
    readonly MetricStat?: MetricStat;
  }[];
}

const ODOO_NODES = { Namespace: 'AWS/ECS', MetricName: 'CPUUtilization' };

class WatchedLog {
  readonly filters;
  readonly alarms: readonly AlarmProperties[];

  constructor(stack: Stack) {
    this.filters = filtersOf(stack);
    this.alarms = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).map(
      (resource) => resource['Properties'],
    );
  }

  /** Names of alarms that a period with these events, and nothing else, breaches. */
  breachedBy(events: readonly string[], nodes = 1): string[] {
    const samples = new Map<string, number[]>();
    for (const event of events) {
      for (const [metric, value] of Object.entries(valuesOf(this.filters, event))) {
        samples.set(metric, [...(samples.get(metric) ?? []), value]);
      }
    }
    // Others were ingested too, or there would be no zeros.
    for (const { metric, defaultValue } of this.filters) {
      if (defaultValue !== undefined && !samples.has(metric)) samples.set(metric, [defaultValue]);
    }
    return this.alarms
      .filter((alarm) => breaches(alarm, valueOf(alarm, samples, nodes)))
      .map(({ AlarmName }) => AlarmName.replace(/^prod-/, ''))
      .filter((name) => name !== 'warning-vital-signs-missing')
      .toSorted();
  }
}

function valueOf(
  alarm: AlarmProperties,
  samples: ReadonlyMap<string, readonly number[]>,
  nodes: number,
): number | undefined {
  const statistic = ({ Metric: metric, Stat, Period }: MetricStat): number | undefined => {
    if (metric.Namespace === ODOO_NODES.Namespace) return nodes === 0 ? undefined : (nodes * Period) / 60;
    expect(metric.Namespace).toBe('Odoo/prod');
    // A metric filter without dimensions writes none: with one the alarm would look at another metric.
    expect(metric.Dimensions ?? []).toEqual([]);
    return statisticOf(samples.get(metric.MetricName) ?? [], Stat);
  };
  const { Metrics: metrics, Namespace, MetricName } = alarm;
  if (metrics === undefined) {
    return statistic({
      Metric: { Namespace: Namespace ?? '', MetricName: MetricName ?? '', Dimensions: alarm.Dimensions },
      Period: alarm.Period ?? 0,
      Stat: alarm.Statistic ?? alarm.ExtendedStatistic ?? '',
    });
  }
  const expression = metrics.find(({ Expression }) => Expression !== undefined)?.Expression ?? '';
  const values = metrics.flatMap(({ Id, MetricStat }) => (MetricStat ? [[Id, statistic(MetricStat)]] : []));
  return metricMath(expression, Object.fromEntries(values));
}

function statisticOf(values: readonly number[], statistic: string): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const sum = sorted.reduce((total, value) => total + value, 0);
  if (sorted.length === 0) return undefined;
  if (statistic === 'Sum') return sum;
  if (statistic === 'SampleCount') return sorted.length;
  if (statistic === 'Average') return sum / sorted.length;
  if (statistic === 'Maximum') return sorted.at(-1);
  if (statistic === 'p95') return sorted[Math.ceil(0.95 * sorted.length) - 1];
  throw new Error(`${statistic} is not known here`);
}

function breaches(alarm: AlarmProperties, value: number | undefined): boolean {
  if (value === undefined) return alarm.TreatMissingData === 'breaching';
  if (alarm.ComparisonOperator === 'GreaterThanThreshold') return value > alarm.Threshold;
  if (alarm.ComparisonOperator === 'LessThanThreshold') return value < alarm.Threshold;
  throw new Error(`${alarm.ComparisonOperator} is not known here`);
}

function event(file: LogFile, label: string): string {
  const found = logEvents(file).get(label);
  if (found === undefined) throw new Error(`${file} has no ${label}`);
  return found;
}

/** The event as it would be with other numbers. */
function altered(text: string, fields: Readonly<Record<string, number>>): string {
  return JSON.stringify({ ...JSON.parse(text), ...fields });
}

const times = (count: number, text: string): readonly string[] => Array.from({ length: count }, () => text);

const server = new WatchedLog(stackWith((stack, topic) => addLogAlarms(stack, topic, 'server')));
const services = new WatchedLog(stackWith((stack, topic) => addLogAlarms(stack, topic, 'services')));
const ODOO = ['odoo-18.0', 'odoo-19.0'] as const;
const small = planOf(25);
const medium = planOf(200);

const waiting = 'mails wait since two hours and a half, and a session for a lock';
const vitalSigns = event('vital-signs', 'nothing due');
const answered = event('nginx', 'answered by Odoo');
const workerSeconds = (seconds: number) => altered(event('odoo-19.0', 'request of a page'), { seconds });

describe('a fault rings its alarm and no other, in the first period that has enough of it', () => {
  it.each<readonly [fault: string, events: readonly string[], alarms: readonly string[]]>([
    ...ODOO.flatMap((file): [string, string[], string[]][] => [
      [`${file}: file not written`, [event(file, 'file not written')], ['critical-filestore-write-errors']],
      [
        `${file}: directory not made`,
        [event(file, 'file not written, as the user is told')],
        ['critical-filestore-write-errors'],
      ],
      [
        `${file}: connection pool full`,
        [event(file, 'connection pool full')],
        ['warning-connection-pool-full'],
      ],
      [
        `${file}: workers past their time`,
        [...times(6, event(file, 'worker past its time'))],
        ['warning-worker-timeouts'],
      ],
      [
        `${file}: workers past their CPU time`,
        [...times(6, event(file, 'worker past its CPU time'))],
        ['warning-worker-timeouts'],
      ],
      [
        `${file}: jobs fail`,
        [...times(4, event(file, 'scheduled job that failed'))],
        ['warning-cron-failures'],
      ],
      [`${file}: passwords are tried`, [...times(51, event(file, 'login failed'))], ['warning-login-abuse']],
    ]),
    ['logins are refused', times(51, event('nginx', 'login refused')), ['warning-login-abuse']],
    ['jobs wait for twenty minutes', [altered(vitalSigns, { cronLagSeconds: 1200 })], ['warning-cron-lag']],
    ['jobs do not run', [event('vital-signs', waiting)], ['critical-cron-stalled', 'warning-cron-lag']],
    [
      'a session waits for a lock',
      [altered(event('vital-signs', 'the database job changes modules'), { longestLockWaitSeconds: 61 })],
      ['warning-lock-wait'],
    ],
    ...(['postgresql-rds', 'postgresql-server'] as const).flatMap(
      (file): [string, readonly string[], string[]][] => [
        [`${file}: deadlocks`, times(11, event(file, 'deadlock')), ['warning-deadlocks']],
        [
          `${file}: no connection for Odoo`,
          [event(file, 'no connection left for Odoo')],
          ['critical-database-connections-refused'],
        ],
        [
          `${file}: no connection for anybody`,
          [event(file, 'no connection left for anybody')],
          ['critical-database-connections-refused'],
        ],
      ],
    ),
    [
      'slow statements',
      times(0.25 * 300 * small.database.vcpu + 1, event('postgresql-server', 'slow statement')),
      ['warning-slow-statements'],
    ],
    [
      'most connections are in use',
      [altered(vitalSigns, { connections: Math.floor(0.75 * small.database.maxConnections) + 1 })],
      ['warning-server-database-connections'],
    ],
    [
      'Odoo answers slowly',
      times(21, altered(answered, { responseSeconds: 5.1 })),
      ['critical-server-response-time', 'warning-server-latency'],
    ],
    [
      'one answer in ten is slow',
      [...times(90, answered), ...times(10, altered(answered, { responseSeconds: 3.1 }))],
      ['warning-server-latency'],
    ],
    [
      'one request in forty fails',
      [...times(39, answered), event('nginx', 'Odoo away')],
      ['critical-server-errors'],
    ],
    ['all workers are busy', [workerSeconds(0.81 * 300 * small.app.workers)], ['warning-worker-saturation']],
  ])('%s', (_fault, events, alarms) => {
    expect(server.breachedBy(events)).toEqual(alarms);
    for (const alarm of alarms) expectSection(alarm);
  });

  it.each<readonly [what: string, events: readonly string[]]>([
    ['a wrong password', [event('odoo-19.0', 'login failed')]],
    ['a report that was too large', times(2, event('odoo-18.0', 'worker past its time'))],
    ['a job that failed', [event('odoo-19.0', 'scheduled job that failed')]],
    ['a deadlock', [event('postgresql-rds', 'deadlock')]],
    ['a slow statement', [event('postgresql-rds', 'slow statement')]],
    ['a page of a minute at night', [altered(answered, { responseSeconds: 2.9 })]],
    ['a failure among few requests', times(20, event('nginx', 'Odoo away'))],
    ['workers that are half busy', [workerSeconds(150 * small.app.workers)]],
    ['nothing due', [vitalSigns]],
    ['a release', [event('vital-signs', 'the database job changes modules')]],
  ])('%s is no fault', (_what, events) => {
    expect(server.breachedBy(events)).toEqual([]);
  });
});

describe('alarms of services', () => {
  it('count the workers of all nodes that run', () => {
    const busy = [workerSeconds(0.81 * 300 * medium.app.workers * 2)];
    expect(services.breachedBy(busy, 2)).toEqual(['warning-worker-saturation']);
    expect(services.breachedBy(busy, 3)).toEqual([]);
    // No node, no workers: others say so.
    expect(services.breachedBy(busy, 0)).toEqual([]);
  });

  it('leave what the load balancer and RDS count to their alarms', () => {
    expect(
      names(server)
        .filter((name) => !names(services).includes(name))
        .toSorted(),
    ).toEqual([
      'critical-server-errors',
      'critical-server-response-time',
      'warning-server-database-connections',
      'warning-server-latency',
    ]);
  });
});

describe('silence', () => {
  it.each([
    ['of the program', [], true],
    ['of the database', [event('vital-signs', 'the database is away')], true],
    ['of Odoo in the database', [event('vital-signs', 'Odoo is not installed')], true],
    ['of scheduled jobs during a release', [event('vital-signs', 'the database job changes modules')], false],
    ['of nobody', [vitalSigns], false],
  ])('%s: %j', (_of, events, rings) => {
    expect(ringsInSilence(events)).toBe(rings);
  });

  it('rings nothing else', () => {
    expect(server.breachedBy([])).toEqual([]);
  });
});

it('thresholds follow the plan', () => {
  expect(thresholds(services)).toMatchObject({
    'login-abuse': 400,
    'slow-statements': 75 * medium.database.vcpu,
    'cron-stalled': medium.app.odoo.limitTimeRealCronSeconds,
  });
  expect(thresholds(server)).toMatchObject({
    'login-abuse': 50,
    'slow-statements': 75 * small.database.vcpu,
    'server-database-connections': Math.floor(0.75 * small.database.maxConnections),
  });
});

/** The description of the alarm leads to a section of the runbook that says what to do. */
function expectSection(name: string): void {
  const alarm = server.alarms.find(({ AlarmName }) => AlarmName === `prod-${name}`);
  const anchor = /Runbook: docs\/runbook\.md#([a-z-]+)$/.exec(alarm?.AlarmDescription ?? '')?.[1] ?? '';
  expect(name).toMatch(new RegExp(`^(critical|warning)-${anchor}$`));
  const runbook = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');
  const [, section = ''] = runbook.split(`\n### ${anchor}\n`);
  expect(section.split('\n### ')[0], anchor).toMatch(/\*\*Means\*\*[^]*\*\*(Do|Look and do)\*\*/);
}

function names(log: WatchedLog): string[] {
  return log.alarms.map(({ AlarmName }) => AlarmName.replace(/^prod-/, ''));
}

function thresholds(log: WatchedLog): Record<string, number> {
  return Object.fromEntries(
    log.alarms.map(({ AlarmName, Threshold }) => [AlarmName.replace(/^prod-\w+-/, ''), Threshold]),
  );
}

/** Whether a period in which the program wrote this, and nothing else, breaches the alarm on its silence. */
function ringsInSilence(events: readonly string[]): boolean {
  const alarm = server.alarms.find(({ AlarmName }) => AlarmName === 'prod-warning-vital-signs-missing');
  if (alarm === undefined) throw new Error('there is no such alarm');
  expectSection('warning-vital-signs-missing');
  const answers = events.flatMap((text) => valuesOf(server.filters, text)['VitalSigns'] ?? []);
  return breaches(alarm, statisticOf(answers, 'Sum'));
}
