import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { OdooCanary } from '../canary/odoo-canary.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { type BurnRate, failingShare, inBusinessHours, type Objective } from './error-budget.ts';
import type { RequestMetrics } from './request-metrics.ts';
import { OdooCompositeAlarm } from './odoo-composite-alarm.ts';
import type { Severity } from './odoo-alarm.ts';

const { GREATER_THAN_OR_EQUAL_TO_THRESHOLD, GREATER_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
const { NOT_BREACHING } = cloudwatch.TreatMissingData;

/** Requests in a period below which a share of failures says nothing: each of them would be more than one percent. */
const MEANINGFUL_REQUESTS = 100;

export interface AvailabilityAlarmsProps {
  readonly topic: AlarmTopic;
  readonly objective: Objective;
  /** As the environment file says it, for people. */
  readonly businessHours: string;
  /** @default - requests are not counted */
  readonly requests?: RequestMetrics;
  /** @default - nobody looks from outside */
  readonly canary?: OdooCanary;
}

interface Watch {
  readonly name: string;
  readonly severity: Severity;
  readonly burn: BurnRate;
  /** Half of the time for which it has to go on now, in minutes. */
  readonly recentMinutes: number;
  readonly meaning: string;
}

const MINUTE = Duration.minutes(1);

/**
 * As in Google's workbook on reliability: what would use up a fiftieth of a month's errors in an hour is for somebody to be
 * called, a twentieth in six hours for somebody to look at.
 */
const WATCHES: readonly Watch[] = [
  {
    name: 'availability-fast-burn',
    severity: 'critical',
    burn: { budgetShare: 0.02, hours: 1 },
    recentMinutes: 5,
    meaning: 'Users meet errors, so many that what is promised for the month will be broken within days.',
  },
  {
    name: 'availability-slow-burn',
    severity: 'warning',
    burn: { budgetShare: 0.05, hours: 6 },
    recentMinutes: 15,
    meaning: 'Users have met errors for hours, so many that what is promised for the month will not be kept.',
  },
];

/**
 * Alarms on the promise of availability, in the hours for which it is given: not on each error, but on errors that use up too
 * fast what a month may have of them.
 *
 * What fails is the larger of two shares: of users' requests, and of the canary's runs. Each sees what the other one does not.
 * A request that never arrives, for want of a name, a certificate or a load balancer, is in no share of requests; and a canary
 * that opens the login page every few minutes does not meet the one action that fails.
 *
 * An alarm rings while three parts of it do: errors over a long time, that they matter; over a short time just now, twice in
 * succession, that they go on and that no single run of the canary calls anybody; and the clock.
 */
export class AvailabilityAlarms extends Construct {
  private readonly props: AvailabilityAlarmsProps;

  constructor(scope: Construct, id: string, props: AvailabilityAlarmsProps) {
    super(scope, id);
    this.props = props;
    const clock = this.clock();
    for (const watch of WATCHES) this.watch(watch, clock);
  }

  private watch({ burn, recentMinutes, ...watch }: Watch, clock: cloudwatch.IAlarm): void {
    const { topic, objective, businessHours } = this.props;
    const threshold = failingShare(objective, burn);
    const recent = Duration.minutes(Math.max(recentMinutes, this.props.canary?.interval.toMinutes() ?? 0));
    const part = (name: string, period: Duration, evaluationPeriods: number) =>
      this.part(`${watch.name}-${name}`, {
        metric: this.failing(period),
        comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        threshold,
        evaluationPeriods,
      });
    const share = burn.budgetShare * 100;
    new OdooCompositeAlarm(this, watch.name, {
      ...watch,
      topic,
      rule: cloudwatch.AlarmRule.allOf(
        part('long', Duration.hours(burn.hours), 1),
        part('recent', recent, 2),
        clock,
      ),
      condition: `at or above ${threshold} percent of failed requests or canary runs for ${hours(burn.hours)} and, now, in 2 periods of ${recent.toMinutes()} minutes, in business hours (${businessHours} UTC)`,
      because: `${objective.availabilityPercent} percent are promised, and this uses ${share} percent of the errors that a month may have in ${hours(burn.hours)}`,
    });
  }

  /** In alarm during business hours; tells nobody. */
  private clock(): cloudwatch.IAlarm {
    const { objective, requests, canary } = this.props;
    const metric = requests?.answered ?? canary?.metricSuccessPercent();
    if (metric === undefined)
      throw new Error(`${this.node.path} has nothing to go by: neither requests nor a canary`);
    return this.part('business-hours', {
      // Whatever the metric: the functions of time have a value where it has none.
      metric: new cloudwatch.MathExpression({
        label: 'Business hours',
        expression: inBusinessHours(objective.businessHours, 'any'),
        usingMetrics: { any: metric.with({ period: MINUTE }) },
        period: MINUTE,
      }),
      comparisonOperator: GREATER_THAN_THRESHOLD,
      threshold: 0,
      evaluationPeriods: 1,
    });
  }

  /** Part of an alarm: it has no receiver of its own. */
  private part(
    name: string,
    props: Pick<cloudwatch.AlarmProps, 'metric' | 'comparisonOperator' | 'threshold' | 'evaluationPeriods'>,
  ): cloudwatch.Alarm {
    return new cloudwatch.Alarm(this, `Part-${name}`, {
      alarmName: `${this.props.topic.environmentName}-part-${name}`,
      alarmDescription: 'Part of an alarm; it tells nobody. What rings is named without "part".',
      treatMissingData: NOT_BREACHING,
      ...props,
    });
  }

  /** Share of what failed in a period, in percent. */
  private failing(period: Duration): cloudwatch.MathExpression {
    const { requests, canary } = this.props;
    const shares = {
      ...(requests && { failedRequests: failedRequests(requests, period) }),
      ...(canary && { failedRuns: failedRuns(canary, period) }),
    };
    const [one = '', other] = Object.keys(shares);
    return new cloudwatch.MathExpression({
      label: 'Share of failed requests or canary runs, percent',
      expression: other === undefined ? one : `IF(${one} > ${other}, ${one}, ${other})`,
      usingMetrics: shares,
      period,
    });
  }
}

function failedRequests(
  { answered, failed, refused }: RequestMetrics,
  period: Duration,
): cloudwatch.MathExpression {
  const [all, bad] = refused
    ? ['FILL(answered, 0) + FILL(refused, 0)', 'FILL(failed, 0) + FILL(refused, 0)']
    : ['FILL(answered, 0)', 'FILL(failed, 0)'];
  return new cloudwatch.MathExpression({
    label: 'Share of failed requests, percent',
    // Of too few, and of none, as of very many that went well.
    expression: `100 * (${bad}) / IF(${all} >= ${MEANINGFUL_REQUESTS}, ${all}, 1000000000)`,
    usingMetrics: {
      answered: answered.with({ period }),
      failed: failed.with({ period }),
      ...(refused && { refused: refused.with({ period }) }),
    },
    period,
  });
}

function failedRuns(canary: OdooCanary, period: Duration): cloudwatch.MathExpression {
  return new cloudwatch.MathExpression({
    label: 'Share of failed canary runs, percent',
    // A canary that does not run has an alarm of its own.
    expression: '100 - FILL(passed, 100)',
    usingMetrics: { passed: canary.metricSuccessPercent({ period }) },
    period,
  });
}

function hours(count: number): string {
  return count === 1 ? 'an hour' : `${count} hours`;
}
