import type { CloudWatch, MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { HistoryItem } from './alarm-history.ts';
import type { Month, Series } from './series.ts';
import { type Measured, MEASURED, type Settings } from './settings.ts';

export type Measurements = Readonly<Partial<Record<Measured, Series>>>;

/** All that is measured in a span of time; what nobody has published is empty. */
export async function measure(
  cloudWatch: Pick<CloudWatch, 'getMetricData'>,
  metrics: Settings['metrics'],
  { from, until, period }: Pick<Month, 'from' | 'until'> & { readonly period: number },
): Promise<Measurements> {
  const measured = MEASURED.filter((name) => metrics[name] !== undefined);
  const queries = measured.flatMap((name, index): MetricDataQuery[] => {
    const source = metrics[name];
    if (source === undefined) return [];
    const [Namespace, MetricName, Stat, dimensions] = source;
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    return [
      {
        Id: `m${index}`,
        MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: period, Stat },
      },
    ];
  });
  const values = new Map<string, { at: Date; value: number }[]>(queries.map(({ Id = '' }) => [Id, []]));
  let NextToken: string | undefined;
  do {
    const page = await cloudWatch.getMetricData({
      StartTime: from,
      EndTime: until,
      ScanBy: 'TimestampAscending',
      MetricDataQueries: queries,
      NextToken,
    });
    for (const { Id = '', Timestamps = [], Values = [] } of page.MetricDataResults ?? []) {
      Timestamps.forEach((at, index) => values.get(Id)?.push({ at, value: Values[index] ?? Number.NaN }));
    }
    ({ NextToken } = page);
  } while (NextToken);
  return Object.fromEntries(measured.map((name, index) => [name, values.get(`m${index}`) ?? []]));
}

/** Changes of state of the alarms of an environment. CloudWatch keeps them for 30 days. */
export async function alarmHistory(
  cloudWatch: Pick<CloudWatch, 'describeAlarmHistory'>,
  environment: string,
  { from, until }: Pick<Month, 'from' | 'until'>,
): Promise<readonly HistoryItem[]> {
  const found: HistoryItem[] = [];
  let NextToken: string | undefined;
  do {
    const page = await cloudWatch.describeAlarmHistory({
      HistoryItemType: 'StateUpdate',
      StartDate: from,
      EndDate: until,
      MaxRecords: 100,
      NextToken,
    });
    found.push(...(page.AlarmHistoryItems ?? []));
    ({ NextToken } = page);
  } while (NextToken);
  // The account may have others, and other environments.
  const own = [`${environment}-critical-`, `${environment}-warning-`];
  return found.filter(({ AlarmName = '' }) => own.some((prefix) => AlarmName.startsWith(prefix)));
}
