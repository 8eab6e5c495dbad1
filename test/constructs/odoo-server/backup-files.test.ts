import { describe, expect, it } from 'vitest';
import { backupFiles } from '../../../constructs/odoo-server/backup-files.ts';
import type { HostSettings } from '../../../constructs/odoo-server/host-settings.ts';
import { imageUri, smallPlan, smallServer } from './small.ts';

const settings: HostSettings = {
  plan: smallPlan,
  server: smallServer,
  odooVersion: '19.0',
  sessionGuard: false,
  release: imageUri,
  signIn: { twoFactor: 'off', providers: [] },
  rollout: { modules: [], phases: [] },
  pointInTimeDays: 14,
  windows: { maintenance: 'sun:03:00-sun:04:00', backup: '00:30-01:30' },
  businessHours: 'mon-fri 07:00-17:00',
};

function file(path: string, changes: Partial<HostSettings> = {}): string {
  const found = backupFiles({ ...settings, ...changes }).find((file) => file.path === path);
  if (!found) throw new Error(`the bundle has no ${path}`);
  return found.text;
}

const calendar = (name: string, backup?: string): string | undefined => {
  const changes = backup === undefined ? {} : { windows: { ...settings.windows, backup } };
  return /(?<=^OnCalendar=).+/m.exec(file(`systemd/odoo-backup-${name}.timer`, changes))?.[0];
};

describe("pgBackRest's configuration", () => {
  const configuration = file('pgbackrest.conf');

  it('encrypts, and has a placeholder instead of the passphrase', () => {
    expect(configuration).toMatch(/^repo1-cipher-type=aes-256-cbc$/m);
    expect(configuration).toMatch(/^repo1-cipher-pass=\{\{BACKUP_PASSPHRASE\}\}$/m);
  });

  it('keeps every moment of the days that were configured', () => {
    expect(configuration).toMatch(/^repo1-retention-full-type=time$/m);
    expect(configuration).toMatch(/^repo1-retention-full=14$/m);
    expect(file('pgbackrest.conf', { pointInTimeDays: 35 })).toMatch(/^repo1-retention-full=35$/m);
  });

  it('never drops WAL', () => {
    expect(configuration).not.toContain('archive-push-queue-max');
  });

  it('leaves half of the processors to users, but takes all for a restore', () => {
    const conf = file('pgbackrest.conf', { server: { ...smallServer, vcpu: 4 } });
    expect(conf).toMatch(/^\[global\]\n(?:(?!\[).*\n)*process-max=2$/m);
    expect(conf).toMatch(/^\[global:restore\]\nprocess-max=4$/m);
    expect(file('pgbackrest.conf', { server: { ...smallServer, vcpu: 1 } })).toMatch(/^process-max=1$/m);
  });
});

describe('the timers of the backups', () => {
  it('put the daily jobs into the window, one after the other, in UTC', () => {
    expect(calendar('database-full')).toBe('*-*-* 00:30:00 UTC');
    expect(calendar('dump')).toBe('*-*-* 00:45:00 UTC');
    expect(calendar('filestore-all')).toBe('*-*-* 00:50:00 UTC');
  });

  it('keep the hourly backup away from the daily one', () => {
    expect(calendar('database-incremental')).toBe('*-*-* *:00:00 UTC');
    expect(calendar('database-incremental', '03:05-04:05')).toBe('*-*-* *:35:00 UTC');
  });

  it('pass midnight', () => {
    expect(calendar('dump', '23:50-00:50')).toBe('*-*-* 00:05:00 UTC');
  });

  it('copy new files every five minutes and tell the ages every minute', () => {
    expect(calendar('filestore')).toBe('*-*-* *:00/5:00');
    expect(calendar('status')).toBe('*-*-* *:*:00');
  });

  it('catch up with a daily job after the server was off', () => {
    expect(file('systemd/odoo-backup-database-full.timer')).toContain('Persistent=true');
    expect(file('systemd/odoo-backup-filestore.timer')).toContain('Persistent=false');
  });
});
