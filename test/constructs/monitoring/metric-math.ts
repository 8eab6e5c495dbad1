import { runInNewContext } from 'node:vm';

/** One entry of the metrics of an alarm, as the template has it. */
export interface MetricQuery {
  readonly Id: string;
  readonly Expression?: string;
  readonly MetricStat?: {
    readonly Metric: { readonly MetricName: string };
    readonly Stat: string;
    readonly Period: number;
  };
  readonly ReturnData?: boolean;
}

/** What is known of a period: values of metrics by name (absent: none was reported), day (1 is Monday) and hour in UTC. */
export interface Moment {
  readonly values?: Readonly<Record<string, number>>;
  readonly day?: number;
  readonly hour?: number;
}

/**
 * What CloudWatch makes of the metrics of an alarm for one period. Knows the few functions that are used, as the user guide
 * describes them; `undefined`, where there is no value.
 */
export function valueOf(queries: readonly MetricQuery[], moment: Moment): number | undefined {
  const known = new Map(queries.map((query) => [query.Id, query]));
  const evaluate = (id: string): number | undefined => {
    const query = known.get(id);
    if (query === undefined) throw new Error(`no metric ${id}`);
    const name = query.MetricStat?.Metric.MetricName;
    return name === undefined ? compute(query.Expression ?? '') : moment.values?.[name];
  };
  const compute = (expression: string): number | undefined => {
    const ids = [...new Set(expression.match(/\b[a-z]\w*\b/g) ?? [])];
    const program = expression.replaceAll(' AND ', ' && ').replaceAll(' OR ', ' || ');
    const functions = {
      IF: (condition: boolean | number, yes: number, no: number) => (condition ? yes : no),
      FILL: (value: number | undefined, otherwise: number) => value ?? otherwise,
      DAY: () => moment.day,
      HOUR: () => moment.hour,
    };
    const values = Object.fromEntries(ids.map((id) => [id, evaluate(id)]));
    const result: unknown = runInNewContext(program, { ...functions, ...values });
    return typeof result === 'number' && !Number.isNaN(result) ? result : undefined;
  };
  const returned = queries.find(({ ReturnData }) => ReturnData !== false);
  return returned && evaluate(returned.Id);
}
