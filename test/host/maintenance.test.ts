import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportSchema } from '../../constructs/database-maintenance/maintain.lambda/maintenance.ts';
import { BackedUpCluster, canBackUp } from './backed-up-cluster.ts';

const of = (MetricName: string, Unit: string, Value: unknown) => ({
  MetricName,
  Unit,
  Value,
  Dimensions: [{ Name: 'Environment', Value: 'test' }],
});

/** The same look as that of the function, by the server's own program over its own PostgreSQL. */
describe.skipIf(!canBackUp)('the weekly look at the database of the single server', () => {
  let cluster: BackedUpCluster;
  beforeAll(() => {
    cluster = new BackedUpCluster({ autovacuum: 'off' });
    cluster.sql(
      'CREATE TABLE res_partner (id serial PRIMARY KEY); INSERT INTO orders SELECT generate_series(1, 9)',
    );
  }, 60_000);
  afterAll(() => cluster?.remove());

  const look = () => {
    const { host } = cluster;
    const ended = host.backup('maintenance', cluster.environment);
    expect(ended.code, ended.output).toBe(0);
    const key = host.keys('audit').at(-1) ?? '';
    return { key, report: reportSchema.parse(JSON.parse(host.object('audit', key))), output: ended.output };
  };
  const sent = (name: string): unknown[] =>
    cluster.host.metrics.flat().filter(({ MetricName }) => MetricName === name);

  it('refreshes what is behind and writes the report of the other architectures', () => {
    const { key, report, output } = look();
    expect(key).toMatch(/^maintenance\/\d{4}-\d\d-\d\dT[\d:.]+Z-well\.json$/);
    expect(report).toMatchObject({ environment: 'test', left: [], findings: [] });
    expect(report.analyzed).toContain('orders');
    expect(output).toContain('0 findings, 0 urgent');
    expect(sent('Findings')).toEqual([of('Findings', 'Count', 0)]);
    expect(sent('BloatShare')).toEqual([of('BloatShare', 'Percent', report.measures['bloatPercent'])]);
  });

  it('tells what is urgent, and gives up on a lock', () => {
    cluster.sql("SELECT setval('res_partner_id_seq', 2000000000)");
    cluster.sql('INSERT INTO orders SELECT generate_series(1, 900)');
    const analyze = (hold: string) =>
      cluster.host.evaluate(
        `from backup import maintenance
from backup.host import Host
import subprocess, time
psql = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "psql", "-X", "--host=" + Host().socket_directory, "odoo"]
holder = subprocess.Popen([*psql, "-c", "${hold}", "-c", "SELECT pg_sleep(6)"], stdout=subprocess.DEVNULL)
time.sleep(1.5)
refreshed = maintenance.refresh(Host())
holder.terminate()`,
        'refreshed',
        cluster.environment,
      );
    expect(analyze('BEGIN; LOCK TABLE orders')).toEqual([
      [],
      [{ table: 'orders', because: expect.stringContaining('canceling statement due to lock timeout') }],
    ]);
    const { key, report } = look();
    expect(key).toMatch(/-urgent\.json$/);
    expect(report.findings).toMatchObject([{ check: 'sequence near its end', object: 'res_partner.id' }]);
    expect(sent('UrgentFindings').at(-1)).toEqual(of('UrgentFindings', 'Count', 1));
  }, 60_000);

  it('has an age from then on, which is published with the others', () => {
    cluster.host.backup('status', cluster.environment);
    const [age] = sent('MaintenanceAge');
    expect(age).toMatchObject({ Unit: 'Seconds', Dimensions: [{ Name: 'Environment', Value: 'test' }] });
  });
});
