import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { RecoveryObjectives } from '../../config/environment.ts';
import { RESTORE_METRICS } from '../restore-testing/validate-restore.lambda/metrics.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm, type OdooAlarmProps } from './odoo-alarm.ts';

/** Drills are monthly. One that failed can be repeated within this time. */
export const DRILL_DAYS = 35;

export interface DrillAlarmsProps {
  /** In the recovery Region. */
  readonly topic: AlarmTopic;
  readonly objectives: RecoveryObjectives;
  /** Whether drills begin by themselves, so that somebody has to hear of it when none does. */
  readonly scheduled: boolean;
}

/**
 * Alarms on recovery drills: one that failed, one that was slower or lost more than the objectives allow, and none for too long.
 * A drill is the only one to say something for a month, so an alarm stays until another one says otherwise.
 */
export class DrillAlarms extends Construct {
  private readonly topic: AlarmTopic;

  constructor(scope: Construct, id: string, { topic, objectives, scheduled }: DrillAlarmsProps) {
    super(scope, id);
    this.topic = topic;
    const { rtoHours, rpoHours } = objectives;
    this.watch('DrillPassed', {
      name: 'drill-failed',
      meaning: 'A recovery drill has failed: whether the environment can be brought back is not known.',
      comparison: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: 1,
      unit: 'drills passed',
      because: 'one that fails is the only warning before a disaster',
    });
    this.watch('DrillRecoveryTime', {
      name: 'drill-recovery-time-exceeded',
      meaning: `A recovery drill took longer than the ${rtoHours} h within which Odoo has to be back.`,
      comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: Duration.hours(rtoHours).toSeconds(),
      unit: 'seconds',
      because: 'it is the objective of this environment',
    });
    this.watch('DrillRecoveryPoint', {
      name: 'drill-recovery-point-exceeded',
      meaning: `A recovery would have lost more than the ${rpoHours} h of work that may be lost.`,
      comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: Duration.hours(rpoHours).toSeconds(),
      unit: 'seconds',
      because: 'it is the objective of this environment',
    });
    if (scheduled) this.watchAge();
  }

  private watchAge(): void {
    this.watch('DrillAge', {
      name: 'drill-overdue',
      meaning: `No recovery drill has passed for ${DRILL_DAYS} days: whether the environment can be brought back is not known.`,
      comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: Duration.days(DRILL_DAYS).toSeconds(),
      unit: 'seconds',
      because: 'one is due each month, and one that failed can be repeated within days',
      period: Duration.hours(6),
      // Until the first manifest, a day after the first deployment, there is nothing to try.
      evaluationPeriods: 5,
      missingData: cloudwatch.TreatMissingData.BREACHING,
    });
  }

  private watch(
    metricName: string,
    {
      period = Duration.hours(1),
      ...alarm
    }: Pick<OdooAlarmProps, 'name' | 'meaning' | 'comparison' | 'threshold' | 'unit' | 'because'> &
      Partial<Pick<OdooAlarmProps, 'evaluationPeriods' | 'missingData'>> & { readonly period?: Duration },
  ): void {
    const statistic = metricName === 'DrillPassed' ? 'Minimum' : 'Maximum';
    new OdooAlarm(this, metricName, {
      topic: this.topic,
      severity: 'warning',
      metric: new cloudwatch.Metric({
        namespace: RESTORE_METRICS,
        metricName,
        dimensionsMap: { Environment: this.topic.environmentName },
        period,
        statistic,
      }),
      evaluationPeriods: 1,
      missingData: cloudwatch.TreatMissingData.IGNORE,
      ...alarm,
    });
  }
}
