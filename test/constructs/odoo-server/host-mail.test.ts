import { describe, expect, it } from 'vitest';
import { hostFiles } from '../../../constructs/odoo-server/host-files.ts';
import type { SmtpSettings } from '../../../constructs/odoo-node/smtp.ts';
import { imageUri, smallPlan, smallServer } from './small.ts';

const ses: SmtpSettings = {
  host: 'email-smtp.eu-central-1.amazonaws.com',
  port: 587,
  encryption: 'starttls',
  from: 'odoo@example.com',
  fromFilter: 'example.com',
  login: { number: 1, sesRegion: 'eu-central-1' },
};

function filesWith(smtp: SmtpSettings | undefined): ReadonlyMap<string, string> {
  const files = hostFiles({
    plan: smallPlan,
    server: smallServer,
    odooVersion: '19.0',
    sessionGuard: false,
    release: imageUri,
    signIn: { twoFactor: 'off', providers: [] },
    rollout: { modules: [], phases: [] },
    smtp,
    pointInTimeDays: 14,
    windows: { maintenance: 'sun:03:00-sun:04:00', backup: '00:30-01:30' },
    businessHours: 'mon-fri 07:00-17:00',
  });
  return new Map(files.map(({ path, text }) => [path, text]));
}

describe('mail of the single server', () => {
  it.each(['odoo/web.conf', 'odoo/cron.conf'])('is in %s, which makes sure of the mail server', (path) => {
    const text = filesWith(ses).get(path);
    expect(text).toContain('smtp_server = email-smtp.eu-central-1.amazonaws.com\n');
    expect(text).toContain('smtp_password = {{SMTP_PASSWORD}}\n');
    expect(text).toMatch(/server_wide_modules = .*verified_mail/);
  });

  it('brings the module that does', () => {
    expect([...filesWith(ses).keys()]).toContain('addons/verified_mail/__init__.py');
    const unverified = filesWith({ ...ses, encryption: 'starttls-unverified' });
    expect([...unverified.keys()]).not.toContain('addons/verified_mail/__init__.py');
  });

  it.each([
    ['SES', ses, 'secretAccessKey'],
    ['a relay', { ...ses, login: { number: 1 } }, 'password'],
    ['a relay without a login', { ...ses, login: undefined }, ''],
    ['none', undefined, ''],
  ])('says where the password of %s is', (_server, smtp, field) => {
    expect(filesWith(smtp).get('host.env')).toContain(`\nSMTP_LOGIN=${field}\n`);
  });
});
