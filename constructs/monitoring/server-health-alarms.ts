import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DATA } from '../odoo-server/host-settings.ts';
import { serverMetric, type ServerMetricProps } from '../odoo-server/server-metrics.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm, type OdooAlarmProps } from './odoo-alarm.ts';

const { GREATER_THAN_THRESHOLD, LESS_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
const { BREACHING, MISSING } = cloudwatch.TreatMissingData;

export interface ServerHealthAlarmsProps {
  readonly topic: AlarmTopic;
}

/** Alarms on what only the single server itself can see: whether Odoo works, and how full disks and memory are. */
export class ServerHealthAlarms extends Construct {
  private readonly topic: AlarmTopic;

  constructor(scope: Construct, id: string, { topic }: ServerHealthAlarmsProps) {
    super(scope, id);
    this.topic = topic;
    this.watchOdoo();
    this.watchReports();
    this.watchDataDisk();
    this.watchRootDisk();
    this.watchMemory();
  }

  private watchOdoo(): void {
    new OdooAlarm(this, 'Odoo', {
      topic: this.topic,
      name: 'server-odoo-unhealthy',
      panel: 'odoo',
      line: '1: well',
      severity: 'critical',
      meaning: 'Pages, live updates or scheduled jobs of Odoo have not worked for ten minutes.',
      metric: this.metric('OdooHealthy', {}, Duration.minutes(1), 'Minimum'),
      comparison: LESS_THAN_THRESHOLD,
      threshold: 1,
      unit: 'healthy reports',
      because:
        'the server restarts what is sick within a minute or two; longer than this it does not help itself',
      evaluationPeriods: 10,
      // Nobody says that Odoo is well: the server is away, or its timers do not run.
      missingData: BREACHING,
    });
  }

  /** One alarm for the silence of the monitoring agent, so that no other has to take it for a full disk. */
  private watchReports(): void {
    new OdooAlarm(this, 'Silent', {
      topic: this.topic,
      name: 'server-monitoring-silent',
      severity: 'warning',
      meaning: 'The server reports neither its disks nor its memory: whether they are full is not known.',
      metric: this.diskUsed(DATA, 'SampleCount'),
      comparison: LESS_THAN_THRESHOLD,
      threshold: 1,
      unit: 'reports',
      because: 'a server that is replaced is silent for half an hour at most',
      evaluationPeriods: 12,
      missingData: BREACHING,
    });
  }

  /** Two alarms, because a full data volume stops PostgreSQL, and growing it takes a deployment. */
  private watchDataDisk(): void {
    const used = this.diskUsed(DATA);
    this.watchShare('DataDisk', {
      name: 'server-data-disk',
      panel: 'disk',
      line: 'data volume',
      severity: 'warning',
      meaning: 'More than 85 % of the data volume is used.',
      metric: used,
      threshold: 85,
      because: 'there is room for days yet in which to grow the volume, which takes a deployment',
      evaluationPeriods: 2,
      missingData: MISSING,
    });
    this.watchShare('DataDiskFull', {
      name: 'server-data-disk-full',
      panel: 'disk',
      severity: 'critical',
      meaning: 'More than 93 % of the data volume is used; PostgreSQL stops when it is full.',
      metric: used,
      threshold: 93,
      because: 'a night of write-ahead log can fill what is left',
      evaluationPeriods: 2,
      missingData: MISSING,
    });
  }

  private watchRootDisk(): void {
    this.watchShare('RootDisk', {
      name: 'server-root-disk',
      panel: 'disk',
      line: 'root volume',
      severity: 'warning',
      meaning: 'More than 85 % of the root volume is used; images, logs and updates need room.',
      metric: this.diskUsed('/'),
      threshold: 85,
      because: 'an image of Odoo that is pulled beside the old one takes a tenth of the volume',
      evaluationPeriods: 2,
      missingData: MISSING,
    });
  }

  private watchMemory(): void {
    this.watchShare('Memory', {
      name: 'server-memory',
      panel: 'memory',
      line: 'server',
      severity: 'warning',
      meaning: 'The server has used more than 90 % of its memory for a quarter of an hour.',
      metric: this.metric('mem_used_percent', {}, Duration.minutes(5), 'Average'),
      threshold: 90,
      because: 'what is left is about what one worker takes for a large report',
      evaluationPeriods: 3,
      missingData: MISSING,
    });
  }

  private watchShare(id: string, alarm: Omit<OdooAlarmProps, 'topic' | 'comparison' | 'unit'>): void {
    new OdooAlarm(this, id, {
      ...alarm,
      topic: this.topic,
      comparison: GREATER_THAN_THRESHOLD,
      unit: 'percent',
    });
  }

  private diskUsed(path: string, statistic: ServerMetricProps['statistic'] = 'Maximum'): cloudwatch.Metric {
    return this.metric('disk_used_percent', { path, fstype: 'ext4' }, Duration.minutes(5), statistic);
  }

  private metric(
    metricName: string,
    dimensions: Readonly<Record<string, string>>,
    period: Duration,
    statistic: ServerMetricProps['statistic'],
  ): cloudwatch.Metric {
    const { environmentName } = this.topic;
    return serverMetric({ environmentName, metricName, dimensions, period, statistic });
  }
}
