import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../config/environment.ts';
import { hostFiles } from '../../constructs/odoo-server/host-files.ts';
import { environmentOf, planOf, production } from '../support/environments.ts';
import { resourcesOf, templatesOf } from '../support/templates.ts';

const document = readFileSync(new URL('../../docs/maintenance.md', import.meta.url), 'utf8');
/** The table of what happens by itself; what is named elsewhere on the page does not count. */
const table = document.split(/^## /m).find((section) => section.startsWith('What happens by itself')) ?? '';

const { recovery, storage } = environmentOf(40, production);
const drilled: Partial<Environment> = {
  ...production,
  recovery: { ...recovery, drill: { ...recovery.drill, schedule: 'monthly' } },
};

/** By what the document would name each schedule of the templates: what its rule says of itself, or its logical id. */
function schedulesOf(users: number, changes: Partial<Environment>): readonly string[] {
  const templates = templatesOf(environmentOf(users, changes));
  return resourcesOf(templates).flatMap(({ logicalId, resource: { Properties = {} } }) => {
    if (!JSON.stringify(Properties).includes('"ScheduleExpression"')) return [];
    const { Description: description } = Properties;
    return [typeof description === 'string' ? description : logicalId.replace(/[0-9A-F]{8}$/, '')];
  });
}

describe.each<[string, number, Partial<Environment>]>([
  ['small', 10, drilled],
  ['medium', 40, drilled],
  ['medium with EFS', 40, { storage: { ...storage, filestore: 'efs' } }],
  ['large', 150, drilled],
])('docs/maintenance.md names what runs on a schedule in %s', (_name, users, changes) => {
  const schedules = [...new Set(schedulesOf(users, changes))];

  it('of which there is some', () => {
    expect(schedules.length).toBeGreaterThan(4);
  });

  it.each(schedules)('%s', (schedule) => {
    const [found] = /RecoveryPointsPlan|RestoreTestingPlan|RotationSchedule/.exec(schedule) ?? [schedule];
    expect(table).toContain(found);
  });
});

describe('docs/maintenance.md names every timer of the single server', () => {
  const plan = planOf(10);
  const timers = hostFiles({
    plan,
    server: plan.server ?? expect.fail('no server'),
    odooVersion: '19.0',
    sessionGuard: false,
    release: 'test',
    signIn: { twoFactor: 'off', providers: [] },
    rollout: { modules: [], phases: [] },
    pointInTimeDays: 14,
    windows: { maintenance: 'sun:03:00-sun:04:00', backup: '00:30-01:30' },
    businessHours: 'mon-fri 07:00-17:00',
  }).flatMap(({ path }) => /^systemd\/([\w@-]+\.timer)(?:\.d\/|$)/.exec(path)?.[1] ?? []);

  it.each(timers)('%s', (timer) => {
    expect(table).toContain(`\`${timer}\``);
  });

  it('of which there are some', () => {
    expect(timers.length).toBeGreaterThan(8);
  });
});

describe('what is bound to the maintenance window', () => {
  const windows = { maintenance: 'wed:21:00-wed:22:00', backup: '00:30-01:30' };

  it('are changes of RDS, minor versions too', () => {
    const templates = templatesOf(environmentOf(40, { windows }));
    const [instance] = resourcesOf(templates, 'AWS::RDS::DBInstance');
    expect(instance?.resource.Properties).toMatchObject({
      AutoMinorVersionUpgrade: true,
      PreferredMaintenanceWindow: windows.maintenance,
    });
  });

  it('are no recovery points, and the look at the database comes after it', () => {
    const templates = templatesOf(environmentOf(40, { windows }));
    const rules = resourcesOf(templates, 'AWS::Events::Rule').map(
      ({ resource }) => resource.Properties ?? {},
    );
    const look = rules.find(({ Description }) => String(Description).startsWith('Refreshes statistics'));
    expect(look?.['ScheduleExpression']).toBe('cron(0 23 ? * WED *)');
  });
});
