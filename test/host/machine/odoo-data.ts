import { createHash } from 'node:crypto';
import type { Bench } from './bench.ts';
import type { Machine } from './machine.ts';

/** Inserts rows into the table `orders`, each in a transaction of its own. */
export async function writeOrders(machine: Machine, first: number, last: number): Promise<void> {
  const statements: string[] = [];
  for (let id = first; id <= last; id++) statements.push(`INSERT INTO orders VALUES (${id}, 'order ${id}');`);
  await machine.sql(statements.join('\n'));
}

/** Adds an attachment as Odoo does, file first; returns its name in the filestore. */
export async function writeAttachment(machine: Machine, content: string): Promise<string> {
  const sha1 = createHash('sha1').update(content).digest('hex');
  const name = `${sha1.slice(0, 2)}/${sha1}`;
  const filestore = '/srv/data/odoo/data/filestore/odoo';
  await machine.succeed(
    `install -d -o 100 -g 101 ${filestore}/${sha1.slice(0, 2)}; cat >${filestore}/${name}; chown 100:101 ${filestore}/${name}`,
    content,
  );
  await machine.sql(
    `INSERT INTO ir_attachment (store_fname, type, file_size, checksum) VALUES ('${name}', 'binary', ${Buffer.byteLength(content)}, '${sha1}')`,
  );
  return name;
}

/** Values of a metric of one job that reached CloudWatch, in order. */
export function jobMetric(bench: Bench, metric: string, job: string): number[] {
  return metrics(bench)
    .filter(({ name, dimensions }) => name === metric && dimensions['Job'] === job)
    .map(({ value }) => value);
}

/** Values of a metric of the whole server that reached CloudWatch, in order. */
export function serverMetric(bench: Bench, metric: string): number[] {
  return metrics(bench)
    .filter(({ name, dimensions }) => name === metric && dimensions['Job'] === undefined)
    .map(({ value }) => value);
}

interface Metric {
  readonly name: string;
  readonly value: number;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The fields of the query protocol, put together again. */
function metrics(bench: Bench): Metric[] {
  return bench.aws.callsOf('monitoring', 'PutMetricData').flatMap(({ parameters }) => {
    const found: Metric[] = [];
    for (let i = 1; `MetricData.member.${i}.MetricName` in parameters; i++) {
      const field = (name: string): string => {
        const value = parameters[`MetricData.member.${i}.${name}`];
        return typeof value === 'string' ? value : '';
      };
      const dimensions: Record<string, string> = {};
      for (let j = 1; field(`Dimensions.member.${j}.Name`) !== ''; j++)
        dimensions[field(`Dimensions.member.${j}.Name`)] = field(`Dimensions.member.${j}.Value`);
      found.push({ name: field('MetricName'), value: Number(field('Value')), dimensions });
    }
    return found;
  });
}
