import { Template } from 'aws-cdk-lib/assertions';
import type { Stack } from 'aws-cdk-lib';
import { filterPattern, metricValue } from '../../support/filter-pattern.ts';

interface MetricFilterProperties {
  readonly FilterPattern: string;
  readonly LogGroupName: { readonly Ref: string };
  readonly MetricTransformations: readonly {
    readonly MetricName: string;
    readonly MetricNamespace: string;
    readonly MetricValue: string;
    readonly DefaultValue?: number;
  }[];
}

/** A metric filter of a template, at work. */
export interface RunningFilter {
  readonly metric: string;
  readonly namespace: string;
  readonly logGroup: string;
  readonly defaultValue?: number;
  /** What an event adds; nothing, where it does not match. */
  read(event: string): number | undefined;
}

/** The metric filters of a stack, as CloudFormation gets them. */
export function filtersOf(stack: Stack): readonly RunningFilter[] {
  return Object.values(Template.fromStack(stack).findResources('AWS::Logs::MetricFilter')).map((resource) => {
    const properties: MetricFilterProperties = resource['Properties'];
    const [transformation] = properties.MetricTransformations;
    if (transformation === undefined) throw new Error(`${properties.FilterPattern} makes no metric`);
    const matches = filterPattern(properties.FilterPattern);
    return {
      metric: transformation.MetricName,
      namespace: transformation.MetricNamespace,
      logGroup: properties.LogGroupName.Ref,
      defaultValue: transformation.DefaultValue,
      read: (event) => (matches(event) ? metricValue(transformation.MetricValue, event) : undefined),
    };
  });
}

/** What an event adds to which metric. */
export function valuesOf(filters: readonly RunningFilter[], event: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    filters.flatMap((filter) => {
      const value = filter.read(event);
      return value === undefined ? [] : [[filter.metric, value]];
    }),
  );
}
