import { aws_cloudwatch as cloudwatch, aws_cloudwatch_actions as actions } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { conditionOf } from './alarm-condition.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import type { PanelName } from './dashboard/panels.ts';

/**
 * `critical`: users cannot work, or data is at risk; somebody must act now. `warning`: it will come to that; during
 * working hours.
 */
export type Severity = 'critical' | 'warning';

export interface OdooAlarmProps {
  readonly topic: AlarmTopic;
  /** Lower-case words with hyphens, unique within the environment; also the heading of its section in the runbook. */
  readonly name: string;
  readonly severity: Severity;
  /** What the alarm means for users, as one sentence; the first thing that its receiver reads. */
  readonly meaning: string;
  readonly metric: cloudwatch.Metric | cloudwatch.MathExpression;
  readonly comparison: cloudwatch.ComparisonOperator;
  readonly threshold: number;
  /** What the threshold counts, in the plural: `seconds`, `percent`, `bytes`, `connections`. */
  readonly unit: string;
  /** Why the threshold is this one and not another, as the rest of a sentence; the receiver reads it. */
  readonly because: string;
  /** Periods of the metric that are looked at. */
  readonly evaluationPeriods: number;
  /**
   * How many of them must breach.
   *
   * @default - all of them
   */
  readonly datapointsToAlarm?: number;
  /** What silence of the metric means; the wrong choice makes an alarm that never rings, or never stops. */
  readonly missingData: cloudwatch.TreatMissingData;
  /**
   * Percentile alarms only: leaves the state alone while there are too few samples to tell.
   *
   * @default false
   */
  readonly ignoreLowSamples?: boolean;
  /**
   * Graph of the dashboard that shows the metric and the threshold.
   *
   * @default - none: the alarm is one of the lights alone
   */
  readonly panel?: PanelName;
  /**
   * What the metric is called there.
   *
   * @default - the name of the alarm
   */
  readonly line?: string;
}

/**
 * An alarm whose name carries environment and severity and whose description says what it means, when it rings and why
 * then, and leads to its section of `docs/runbook.md`. Tells its topic when it starts and when it is over.
 */
export class OdooAlarm extends Construct {
  readonly alarm: cloudwatch.Alarm;
  readonly name: string;
  readonly severity: Severity;
  readonly metric: cloudwatch.Metric | cloudwatch.MathExpression;
  readonly threshold: number;
  readonly panel?: PanelName;
  readonly line: string;
  readonly meaning: string;
  /** When it rings, in words. */
  readonly condition: string;
  readonly because: string;

  constructor(scope: Construct, id: string, props: OdooAlarmProps) {
    super(scope, id);
    this.name = props.name;
    this.severity = props.severity;
    this.metric = props.metric;
    this.threshold = props.threshold;
    this.panel = props.panel;
    this.line = props.line ?? props.name;
    this.meaning = props.meaning;
    this.condition = conditionOf(props);
    this.because = props.because;
    this.alarm = new cloudwatch.Alarm(this, 'Alarm', {
      alarmName: `${props.topic.environmentName}-${props.severity}-${props.name}`,
      alarmDescription: `${props.meaning} Rings ${this.condition}: ${this.because}. Runbook: ${props.topic.runbook}#${props.name}`,
      metric: props.metric,
      comparisonOperator: props.comparison,
      threshold: props.threshold,
      evaluationPeriods: props.evaluationPeriods,
      datapointsToAlarm: props.datapointsToAlarm,
      treatMissingData: props.missingData,
      evaluateLowSampleCountPercentile: props.ignoreLowSamples ? 'ignore' : undefined,
    });
    const notify = new actions.SnsAction(props.topic.topic);
    this.alarm.addAlarmAction(notify);
    this.alarm.addOkAction(notify);
  }
}
