import { environmentOf } from '../../../support/environments.ts';
import type { Environment } from '../../../../config/environment.ts';
import { resourcesOf, templatesOf } from '../../../support/templates.ts';

/** A widget as CloudWatch takes it, in the columns and rows of the grid. */
export interface Widget {
  readonly type: 'text' | 'alarm' | 'metric';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly unknown[])[];
    readonly annotations?: { readonly horizontal: readonly Annotation[] };
    readonly yAxis?: { readonly left?: { readonly max?: number } };
  };
}

export interface Annotation {
  readonly value: number;
  readonly label: string;
  readonly color: string;
}

/** What the dashboard of an environment consists of, with the logical ids of resources in place of their names. */
export function widgetsOf(users: number, changes: Partial<Environment> = {}): readonly Widget[] {
  const [dashboard] = resourcesOf(templatesOf(environmentOf(users, changes)), 'AWS::CloudWatch::Dashboard');
  const body: { readonly widgets: readonly Widget[] } = JSON.parse(
    textOf(dashboard?.resource.Properties?.['DashboardBody']),
  );
  return body.widgets;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const join = Object(value)['Fn::Join'];
  if (Array.isArray(join)) return join[1].map(textOf).join('');
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::GetStackOutput': output } = Object(value);
  return String(Ref ?? attribute?.[0] ?? output?.OutputName);
}
