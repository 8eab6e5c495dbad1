import { aws_cloudwatch as cloudwatch } from 'aws-cdk-lib';
import type { OdooAlarm } from '../odoo-alarm.ts';
import type { Panel } from './panels.ts';

type AlarmMetric = OdooAlarm['metric'];

const LIMIT_COLORS = { warning: cloudwatch.Color.ORANGE, critical: cloudwatch.Color.RED } as const;

/** The metrics of alarms as lines, what each rings at as a dashed one. Several alarms on one metric share a line. */
export function graphOf(
  panel: Panel,
  alarms: readonly OdooAlarm[],
  size: { readonly width: number; readonly height: number },
): cloudwatch.GraphWidget {
  const { divisor = 1, title, most: max } = panel;
  return new cloudwatch.GraphWidget({
    title,
    ...size,
    left: linesOf(alarms).map(([metric, label], index) => shown(metric, label, { divisor, index })),
    leftAnnotations: [...limitsOf(alarms, divisor)],
    leftYAxis: { min: 0, max, showUnits: false },
    legendPosition: cloudwatch.LegendPosition.BOTTOM,
  });
}

function linesOf(alarms: readonly OdooAlarm[]): readonly (readonly [AlarmMetric, string])[] {
  const lines = new Map<string, readonly [AlarmMetric, string]>();
  for (const { metric, line } of alarms) {
    const key = JSON.stringify(metric.toMetricConfig());
    if (!lines.has(key)) lines.set(key, [metric, line]);
  }
  return [...lines.values()];
}

/** Alarms of one severity that ring at the same value share a limit. */
function limitsOf(alarms: readonly OdooAlarm[], divisor: number): readonly cloudwatch.HorizontalAnnotation[] {
  const limits = new Map<string, cloudwatch.HorizontalAnnotation>();
  for (const { severity, threshold, name } of alarms) {
    const key = `${severity} ${threshold}`;
    const label = [limits.get(key)?.label ?? [], name].flat().join(', ');
    limits.set(key, { value: threshold / divisor, label, color: LIMIT_COLORS[severity] });
  }
  return [...limits.values()];
}

function shown(
  metric: AlarmMetric,
  label: string,
  { divisor, index }: { readonly divisor: number; readonly index: number },
): cloudwatch.IMetric {
  if (divisor === 1) return metric.with({ label });
  const id = `m${index}`;
  return new cloudwatch.MathExpression({
    expression: `${id} / ${divisor}`,
    usingMetrics: { [id]: metric },
    period: metric.period,
    label,
  });
}
