import { aws_cloudwatch as cloudwatch } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { OdooCanary } from '../canary/odoo-canary.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm } from './odoo-alarm.ts';

const { LESS_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
const { BREACHING, NOT_BREACHING } = cloudwatch.TreatMissingData;

export interface CanaryAlarmsProps {
  readonly topic: AlarmTopic;
  readonly canary: OdooCanary;
}

/** Alarms on the canary: what it finds, and that it goes on looking. */
export class CanaryAlarms extends Construct {
  constructor(scope: Construct, id: string, { topic, canary }: CanaryAlarmsProps) {
    super(scope, id);
    const minutes = canary.interval.toMinutes();
    new OdooAlarm(this, 'Failed', {
      topic,
      name: 'canary-failed',
      severity: 'critical',
      meaning:
        'Odoo cannot be used from outside: the login page, what it is made of, the database or live updates. The last run says which.',
      metric: canary.metricSuccessPercent(),
      comparison: LESS_THAN_THRESHOLD,
      threshold: 100,
      unit: 'percent of the runs',
      because: 'one run may meet a restart or a lost packet, two in a row meet what users meet',
      evaluationPeriods: 2,
      panel: 'canary',
      line: 'passed',
      // That it does not run is said by the other alarm.
      missingData: NOT_BREACHING,
    });
    new OdooAlarm(this, 'Silent', {
      topic,
      name: 'canary-silent',
      severity: 'warning',
      meaning: 'The canary does not run: nobody looks at Odoo from outside.',
      metric: canary.metricSuccessPercent({ statistic: 'SampleCount' }),
      comparison: LESS_THAN_THRESHOLD,
      threshold: 1,
      unit: 'runs',
      because: `it runs every ${minutes === 1 ? 'minute' : `${minutes} minutes`}, and one or two are missing when AWS is busy or a deployment changes it`,
      evaluationPeriods: 4,
      missingData: BREACHING,
    });
  }
}
