import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openFindings } from '../../support/nag.ts';
import { testStack } from '../../support/stack.ts';
import {
  addCopyAlarms,
  stackWith,
  stackWithAllAlarms,
  addTopic,
  addDatabaseAlarms,
  addFilestoreAlarms,
} from './alarm-stacks.ts';

/** What AWS tells by mails of its own, under names that end as the sections do. */
const BY_MAIL = ['budget-exceeded', 'cost-anomaly'];

interface AlarmProperties {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly AlarmActions: readonly unknown[];
  readonly OKActions: readonly unknown[];
  readonly TreatMissingData: string;
}

/** Beginning of the names of alarms that another one is made of. */
const PART = 'prod-part-';

describe('every alarm', () => {
  // One is of the single server's copies alone, beside two that every environment has.
  const ofServer = alarmsOf(stackWith((stack, topic) => addCopyAlarms(stack, topic, 'repository'))).filter(
    (alarm) => slugOf(alarm) === 'backups-copy-late',
  );
  const defined = [...alarmsOf(stackWithAllAlarms()), ...ofServer];
  const alarms = [...new Map(defined.map((alarm) => [alarm.AlarmName, alarm])).values()];

  it('is defined once, but for the one on proofs of restores: by the service and by the server', () => {
    expect(defined.map(slugOf).filter((slug) => slug === 'restore-proof-overdue')).toHaveLength(2);
    expect(defined).toHaveLength(alarms.length + 1);
    expect(alarms.map(slugOf).toSorted()).toEqual([
      'availability-fast-burn',
      'availability-slow-burn',
      'backups-copy-failed',
      'backups-copy-late',
      'canary-failed',
      'canary-silent',
      'certificate-expires-soon',
      'certificate-expiry',
      'connection-pool-full',
      'cron-cpu',
      'cron-failures',
      'cron-lag',
      'cron-memory',
      'cron-not-running',
      'cron-stalled',
      'database-backup-late',
      'database-connections',
      'database-connections-refused',
      'database-copy-late',
      'database-cpu',
      'database-cpu-credits',
      'database-days-to-full',
      'database-finding-urgent',
      'database-free-storage',
      'database-maintenance-overdue',
      'database-memory',
      'database-storage',
      'database-transaction-ids',
      'deadlocks',
      'drill-failed',
      'drill-overdue',
      'drill-recovery-point-exceeded',
      'drill-recovery-time-exceeded',
      'fence-guard-failed',
      'filestore-copy-failed',
      'filestore-copy-late',
      'filestore-export-age',
      'filestore-export-failures',
      'filestore-import-failures',
      'filestore-lost-and-found',
      'filestore-write-errors',
      'firewall-blocks',
      'health-report-failed',
      'load-balancer-errors',
      'load-balancer-latency',
      'load-balancer-no-healthy-target',
      'load-balancer-response-time',
      'load-balancer-target-errors',
      'load-balancer-unhealthy-target',
      'lock-wait',
      'login-abuse',
      'mail-bounces',
      'mail-complaints',
      'recovery-point-copy-late',
      'recovery-point-overdue',
      'restore-proof-overdue',
      'server-backup-database-failed',
      'server-backup-database-late',
      'server-backup-database-overdue',
      'server-backup-dump-failed',
      'server-backup-dump-late',
      'server-backup-filestore-failed',
      'server-backup-filestore-late',
      'server-certificate-expiring',
      'server-certificate-not-renewed',
      'server-cpu',
      'server-cpu-credits',
      'server-data-disk',
      'server-data-disk-full',
      'server-database-connections',
      'server-errors',
      'server-latency',
      'server-memory',
      'server-monitoring-silent',
      'server-odoo-unhealthy',
      'server-response-time',
      'server-root-disk',
      'server-status-check',
      'server-wal-archive',
      'slow-statements',
      'vital-signs-missing',
      'volume-restore-proof-overdue',
      'web-cpu',
      'web-memory',
      'web-not-running',
      'web-too-few-tasks',
      'worker-saturation',
      'worker-timeouts',
    ]);
  });

  it.each(alarms.map((alarm) => [alarm.AlarmName, alarm] as const))(
    '%s says where its runbook section is, and the section says what to do',
    (name, alarm) => {
      // What it means, when it rings, and why then. CloudWatch takes 1,024 characters.
      expect(alarm.AlarmDescription).toMatch(
        /^[A-Z].*\. Rings (at or )?(above|below) \d.*: .{20,}\. Runbook: /,
      );
      expect(alarm.AlarmDescription.length).toBeLessThan(1000);
      const anchor = /Runbook: docs\/runbook\.md#([a-z-]+)$/.exec(alarm.AlarmDescription)?.[1];
      expect(anchor).toBeDefined();
      expect(name).toMatch(new RegExp(`^prod-(critical|warning)-${anchor}$`));
      const section = runbookSections().get(anchor ?? '');
      expect(section).toBeDefined();
      expect(section).toMatch(/\*\*Means\*\*/);
      expect(section).toMatch(/\*\*Look( and do)?\*\*/);
      expect(section).toMatch(/\*\*(Do|Look and do)\*\*/);
    },
  );

  it('tells its topic when it begins and when it is over', () => {
    for (const alarm of alarms) {
      expect(alarm.AlarmActions).toHaveLength(1);
      expect(alarm.OKActions).toEqual(alarm.AlarmActions);
    }
  });

  it('has a section in the runbook and no section is left over', () => {
    expect([...runbookSections().keys()].toSorted()).toEqual([...alarms.map(slugOf), ...BY_MAIL].toSorted());
  });
});

it('whatever tells nobody is part of an alarm that does', () => {
  const template = Template.fromStack(stackWithAllAlarms());
  const rules = JSON.stringify(
    Object.values(template.findResources('AWS::CloudWatch::CompositeAlarm')).map(
      ({ Properties }) => Properties.AlarmRule,
    ),
  );
  const parts = Object.entries(template.findResources('AWS::CloudWatch::Alarm')).filter(
    ([, { Properties }]) => Properties.AlarmActions === undefined,
  );
  expect(parts).toHaveLength(5);
  for (const [logicalId, { Properties }] of parts) {
    expect(Properties.AlarmName.startsWith(PART)).toBe(true);
    expect(rules).toContain(`"${logicalId}"`);
  }
});

it('alarms and their topic leave no policy finding open', () => {
  const stack = testStack();
  const topic = addTopic(stack);
  addFilestoreAlarms(stack, topic);
  addDatabaseAlarms(stack, topic, {});
  expect(openFindings(stack)).toEqual([]);
});

/** Of one condition or several; without those that are only part of one. */
function alarmsOf(stack: Stack): AlarmProperties[] {
  const template = Template.fromStack(stack);
  const found = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'].flatMap((type) =>
    Object.values(template.findResources(type)).map((resource): AlarmProperties => resource['Properties']),
  );
  return found.filter(({ AlarmName }) => !AlarmName.startsWith(PART));
}

function slugOf(alarm: AlarmProperties): string {
  return alarm.AlarmName.replace(/^prod-(critical|warning)-/, '');
}

/** Sections of the runbook that belong to alarms, by their anchor. */
function runbookSections(): Map<string, string> {
  const text = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');
  return new Map(
    text
      .split(/^#{2,3} /m)
      .map((section): [string, string] => {
        const [heading = '', ...body] = section.split('\n');
        return [heading, body.join('\n')];
      })
      .filter(([, body]) => body.includes('**Means**')),
  );
}
