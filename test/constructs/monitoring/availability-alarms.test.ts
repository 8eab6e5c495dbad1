import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { addAvailabilityAlarms, stackWith } from './alarm-stacks.ts';
import { type MetricQuery, type Moment, valueOf } from './metric-math.ts';

interface Part {
  readonly AlarmName: string;
  readonly Metrics: readonly MetricQuery[];
  readonly Threshold: number;
  readonly ComparisonOperator: string;
  readonly EvaluationPeriods: number;
  readonly TreatMissingData: string;
  readonly AlarmActions?: readonly unknown[];
}

const both = stackWith((stack, topic) => addAvailabilityAlarms(stack, topic, ['requests', 'canary']));
const withRequests = stackWith((stack, topic) => addAvailabilityAlarms(stack, topic, ['requests']));
const withCanary = stackWith((stack, topic) => addAvailabilityAlarms(stack, topic, ['canary']));

function partsOf(stack: Stack): Readonly<Record<string, Part>> {
  const alarms = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
  return Object.fromEntries(
    alarms
      .map((resource): Part => resource['Properties'])
      .filter(({ AlarmName }) => AlarmName.startsWith('prod-part-'))
      .map((part) => [part.AlarmName.replace('prod-part-', ''), part]),
  );
}

/** Whether each part rings if all its periods are alike. */
function ringing(stack: Stack, moment: Moment): string[] {
  return Object.entries(partsOf(stack))
    .filter(([, { Metrics, Threshold, ComparisonOperator }]) => {
      const value = valueOf(Metrics, moment);
      if (value === undefined) return false;
      return ComparisonOperator === 'GreaterThanThreshold' ? value > Threshold : value >= Threshold;
    })
    .map(([name]) => name);
}

/** The time that each part looks at. */
function spansOf(stack: Stack): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(partsOf(stack)).map(([name, { Metrics, EvaluationPeriods }]) => [
      name,
      [...new Set(Metrics.flatMap(({ MetricStat }) => MetricStat?.Period ?? []))].map(
        (period) => `${EvaluationPeriods} x ${period / 60} min`,
      ),
    ]),
  );
}

function ruleOf(name: string): string {
  return `(ALARM("prod-part-${name}-long") AND ALARM("prod-part-${name}-recent") AND ALARM("prod-part-business-hours"))`;
}

const FAST = ['availability-fast-burn-long', 'availability-fast-burn-recent'];
const SLOW = ['availability-slow-burn-long', 'availability-slow-burn-recent'];
const night = { day: 7, hour: 3 };
const answered = (failed: number, of = 1000) => ({ RequestCount: of, HTTPCode_Target_5XX_Count: failed });

describe('errors', () => {
  it.each<[string, Stack, Moment, string[]]>([
    ['none', both, { values: { RequestCount: 1000, SuccessPercent: 100 } }, []],
    ['too few to break the promise', both, { values: { ...answered(8), SuccessPercent: 100 } }, []],
    ['that go on for a working day', both, { values: { ...answered(10), SuccessPercent: 100 } }, SLOW],
    [
      'of one request in forty',
      both,
      { values: { ...answered(25), SuccessPercent: 100 } },
      [...FAST, ...SLOW],
    ],
    ['without a canary', withRequests, { values: answered(25) }, [...FAST, ...SLOW]],
    [
      'of requests that reach no task, not one of which is counted as answered',
      withRequests,
      { values: { HTTPCode_ELB_5XX_Count: 200 } },
      [...FAST, ...SLOW],
    ],
    ['of a few requests at night', withRequests, { values: answered(5, 20) }, []],
    [
      'that nobody meets because nobody gets through',
      both,
      { values: { SuccessPercent: 0 } },
      [...FAST, ...SLOW],
    ],
    ['that the canary alone meets', withCanary, { values: { SuccessPercent: 50 } }, [...FAST, ...SLOW]],
    ['of which a silent canary says nothing', withCanary, {}, []],
    ['of which nobody says anything', both, {}, []],
  ])('%s', (_, stack, moment, parts) => {
    expect(ringing(stack, { ...night, ...moment }).toSorted()).toEqual(parts.toSorted());
  });

  it('are of hours in business hours, and not outside of them', () => {
    expect(ringing(both, { day: 1, hour: 9 })).toEqual(['business-hours']);
    expect(ringing(both, night)).toEqual([]);
  });
});

describe('the alarms', () => {
  it('take a long time and two short ones that have just passed, each of at least one run of the canary', () => {
    expect(spansOf(both)).toEqual({
      'availability-fast-burn-long': ['1 x 60 min'],
      'availability-fast-burn-recent': ['2 x 5 min'],
      'availability-slow-burn-long': ['1 x 360 min'],
      'availability-slow-burn-recent': ['2 x 15 min'],
      'business-hours': ['1 x 1 min'],
    });
    const seldom = stackWith((stack, topic) => addAvailabilityAlarms(stack, topic, ['canary'], 30));
    expect(spansOf(seldom)['availability-fast-burn-recent']).toEqual(['2 x 30 min']);
  });

  it('ring when all three parts do: long, recent, and the clock', () => {
    const template = Template.fromStack(both);
    const alarms = Object.values(template.findResources('AWS::CloudWatch::CompositeAlarm'));
    const logicalIds = new Map(
      Object.entries(template.findResources('AWS::CloudWatch::Alarm')).map(([id, { Properties }]) => [
        id,
        Properties.AlarmName,
      ]),
    );
    const rules = alarms.map(({ Properties: { AlarmName, AlarmRule } }) => [
      AlarmName,
      AlarmRule['Fn::Join'][1]
        .map((piece: string | { 'Fn::GetAtt': string[] }) =>
          typeof piece === 'string' ? piece : logicalIds.get(piece['Fn::GetAtt'][0] ?? ''),
        )
        .join(''),
    ]);
    expect(rules).toEqual([
      ['prod-critical-availability-fast-burn', ruleOf('availability-fast-burn')],
      ['prod-warning-availability-slow-burn', ruleOf('availability-slow-burn')],
    ]);
  });

  it('have no limit of their own: thresholds are those that follow from what is promised', () => {
    const thresholds = Object.values(partsOf(both)).map(({ Threshold }) => Threshold);
    expect(thresholds.toSorted((a, b) => a - b)).toEqual([0, 0.89, 0.89, 2.14, 2.14]);
  });

  it('are silent for want of values', () => {
    for (const { TreatMissingData } of Object.values(partsOf(both)))
      expect(TreatMissingData).toBe('notBreaching');
  });

  it('cannot be made of nothing', () => {
    expect(() => stackWith((stack, topic) => addAvailabilityAlarms(stack, topic, []))).toThrow(
      'nothing to go by',
    );
  });
});
