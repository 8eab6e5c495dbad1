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
      'backups-copy-failed',
      'backups-copy-late',
      'certificate-expires-soon',
      'certificate-expiry',
      'cron-cpu',
      'cron-memory',
      'cron-not-running',
      'database-connections',
      'database-copy-late',
      'database-cpu',
      'database-cpu-credits',
      'database-days-to-full',
      'database-free-storage',
      'database-memory',
      'database-storage',
      'database-transaction-ids',
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
      'firewall-blocks',
      'load-balancer-errors',
      'load-balancer-latency',
      'load-balancer-no-healthy-target',
      'load-balancer-response-time',
      'load-balancer-target-errors',
      'load-balancer-unhealthy-target',
      'mail-bounces',
      'mail-complaints',
      'recovery-point-copy-late',
      'restore-proof-overdue',
      'server-backup-database-failed',
      'server-backup-database-late',
      'server-backup-database-overdue',
      'server-backup-dump-failed',
      'server-backup-dump-late',
      'server-backup-filestore-failed',
      'server-backup-filestore-late',
      'server-cpu',
      'server-cpu-credits',
      'server-data-disk',
      'server-data-disk-full',
      'server-memory',
      'server-monitoring-silent',
      'server-odoo-unhealthy',
      'server-root-disk',
      'server-status-check',
      'server-wal-archive',
      'volume-restore-proof-overdue',
      'web-cpu',
      'web-memory',
      'web-not-running',
      'web-too-few-tasks',
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

it('alarms and their topic leave no policy finding open', () => {
  const stack = testStack();
  const topic = addTopic(stack);
  addFilestoreAlarms(stack, topic);
  addDatabaseAlarms(stack, topic, {});
  expect(openFindings(stack)).toEqual([]);
});

function alarmsOf(stack: Stack): AlarmProperties[] {
  return Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).map(
    (resource) => resource['Properties'],
  );
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
