import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { service } from './odoo-service.fixture.ts';

interface Container {
  readonly Name: string;
  readonly Command?: readonly string[];
  readonly SystemControls?: readonly { readonly Namespace: string; readonly Value: string }[];
  readonly RestartPolicy?: { readonly Enabled: boolean };
}

const definitions = Template.fromStack(service(150).stack).findResources('AWS::ECS::TaskDefinition');
const tasks = Object.values(definitions).map(
  (definition): readonly Container[] => definition['Properties'].ContainerDefinitions,
);

describe('a task whose database host is lost', () => {
  it('gives its connections up long before a failover is over', () => {
    expect(tasks.length).toBeGreaterThan(1);
    for (const containers of tasks) {
      const controls = containers.flatMap(({ SystemControls }) => SystemControls ?? []);
      expect(Object.fromEntries(controls.map(({ Namespace, Value }) => [Namespace, Number(Value)]))).toEqual({
        'net.ipv4.tcp_retries2': 5,
        'net.ipv4.tcp_keepalive_time': 10,
        'net.ipv4.tcp_keepalive_intvl': 5,
        'net.ipv4.tcp_keepalive_probes': 3,
      });
    }
  });

  it('sets this in one container, because all of them share one network', () => {
    for (const containers of tasks) {
      const setting = containers.filter(({ SystemControls }) => SystemControls);
      expect(setting.map(({ Name }) => Name)).toEqual(['Configure']);
    }
  });

  it('does not try for minutes to connect to where the database was', () => {
    for (const containers of tasks) {
      const odoo = containers.filter(({ Name }) => Name === 'Odoo');
      expect(odoo.map(({ Command }) => Command?.slice(3, 6))).toEqual([
        ['env', 'PGCONNECT_TIMEOUT=5', 'odoo'],
      ]);
    }
  });

  it('starts its watcher again instead of being replaced', () => {
    const watchers = tasks.flat().filter(({ Name }) => Name === 'DatabaseWatch');
    expect(watchers.map(({ RestartPolicy }) => RestartPolicy?.Enabled)).toEqual([true]);
  });
});
