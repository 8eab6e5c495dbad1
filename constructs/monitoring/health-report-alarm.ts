import { aws_cloudwatch as cloudwatch, Duration, type aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm } from './odoo-alarm.ts';

export interface HealthReportAlarmProps {
  readonly topic: AlarmTopic;
  readonly machine: sfn.IStateMachine;
}

/** Rings when a monthly report was not made: nobody misses a mail that comes once a month. */
export class HealthReportAlarm extends OdooAlarm {
  constructor(scope: Construct, id: string, { topic, machine }: HealthReportAlarmProps) {
    super(scope, id, {
      topic,
      name: 'health-report-failed',
      severity: 'warning',
      meaning: 'The monthly report could not be made or sent.',
      metric: machine.metricFailed({ period: Duration.hours(1), statistic: 'Sum' }),
      comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: 0,
      unit: 'failed executions',
      because: 'each step was tried five times within hours, and the next report is a month away',
      evaluationPeriods: 1,
      // Between two reports nothing is reported.
      missingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }
}
