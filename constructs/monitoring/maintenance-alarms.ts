import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { MAINTENANCE_METRICS } from '../database-maintenance/maintain.lambda/handlers.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm } from './odoo-alarm.ts';

/** A look each week, and two days for one that has to be repeated. */
const OVERDUE_DAYS = 9;

/** Alarms on the weekly look at the database: it does not come, or it has found what cannot wait for the monthly report. */
export class MaintenanceAlarms extends Construct {
  constructor(scope: Construct, id: string, { topic }: { readonly topic: AlarmTopic }) {
    super(scope, id);
    const metric = (metricName: string, period: Duration, statistic: string) =>
      new cloudwatch.Metric({
        namespace: MAINTENANCE_METRICS,
        metricName,
        dimensionsMap: { Environment: topic.environmentName },
        period,
        statistic,
      });
    const { GREATER_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
    new OdooAlarm(this, 'Overdue', {
      topic,
      name: 'database-maintenance-overdue',
      severity: 'warning',
      meaning: `Nobody has looked at the database for ${OVERDUE_DAYS} days: what grows in it unseen is not known.`,
      metric: metric('MaintenanceAge', Duration.hours(1), 'Minimum'),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: Duration.days(OVERDUE_DAYS).toSeconds(),
      unit: 'seconds',
      because: 'it is looked at each week, and a look that failed can be repeated within two days',
      // Published each hour at least, a little later each time.
      evaluationPeriods: 3,
      // Whoever does not hear of its age does not know it either.
      missingData: cloudwatch.TreatMissingData.BREACHING,
    });
    new OdooAlarm(this, 'Urgent', {
      topic,
      name: 'database-finding-urgent',
      severity: 'warning',
      meaning: 'The weekly look at the database has found something that stops working, or is already wrong.',
      metric: metric('UrgentFindings', Duration.hours(1), 'Maximum'),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: 0,
      unit: 'findings',
      because: 'each of them ends in errors for users, within days or weeks and not in months',
      evaluationPeriods: 1,
      // Told once in each look: it rings until the next one finds none.
      missingData: cloudwatch.TreatMissingData.IGNORE,
    });
  }
}
