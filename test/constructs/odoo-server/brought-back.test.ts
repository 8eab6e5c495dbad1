import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { hostFiles } from '../../../constructs/odoo-server/host-files.ts';
import { testApp } from '../../support/stack.ts';
import { imageUri, serverIn, smallPlan, smallServer } from './small.ts';

const MOMENT = '2026-11-30T10:12:30Z';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** Actions of the server's role by what they are about in the backup bucket: `server/*`, or another prefix. */
function allowedBelow(broughtBackTo?: string): Record<string, string[]> {
  const { stack } = serverIn(testApp(), { broughtBackTo });
  const allowed: Record<string, string[]> = {};
  for (const policy of Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'))) {
    const statements: Statement[] = policy['Properties'].PolicyDocument.Statement;
    for (const { Action, Resource } of statements) {
      const [, prefix] = /\/((?:server|recovered)\/[^"]*)"/.exec(JSON.stringify(Resource)) ?? [];
      if (prefix !== undefined) (allowed[prefix] ??= []).push(...[Action].flat());
    }
  }
  return allowed;
}

const changing = (actions: readonly string[] = []): boolean =>
  actions.some((action) => /^s3:(Put|Delete|Abort)/.test(action));

/** The parameter that the server reads when it starts. */
function parameter(broughtBackTo?: string): string {
  const { stack } = serverIn(testApp(), { broughtBackTo });
  return JSON.stringify(Template.fromStack(stack).findResources('AWS::SSM::Parameter'));
}

function file(path: string, broughtBack?: boolean): string {
  const found = hostFiles({
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
    broughtBack,
  }).find((candidate) => candidate.path === path);
  return found?.text ?? '';
}

describe('a server that is brought back from copies', () => {
  it('may read them, and write beside them alone', () => {
    const allowed = allowedBelow(MOMENT);
    expect(Object.keys(allowed).toSorted()).toEqual(['recovered/*', 'server/*']);
    expect(changing(allowed['server/*'])).toBe(false);
    expect(allowed['server/*']).toContain('s3:GetObject*');
    expect(changing(allowed['recovered/*'])).toBe(true);
  });

  it('has a repository of its own, and knows where the copies are', () => {
    expect(file('pgbackrest.conf', true)).toMatch(/^repo1-path=\/recovered\/pgbackrest$/m);
    expect(file('host.env', true)).toMatch(/^BACKUPS=recovered\/\nCOPIED_BACKUPS=server\/$/m);
  });

  it('is told the moment when it starts, which only the deployment knows', () => {
    expect(parameter(MOMENT)).toContain(`\\"broughtBackTo\\":\\"${MOMENT}\\"`);
    expect(parameter()).not.toContain('broughtBackTo');
  });
});

describe('any other server', () => {
  it('has one place for its backups', () => {
    expect(Object.keys(allowedBelow())).toEqual(['server/*']);
    expect(file('pgbackrest.conf')).toMatch(/^repo1-path=\/server\/pgbackrest$/m);
    expect(file('host.env')).toMatch(/^BACKUPS=server\/\nCOPIED_BACKUPS=$/m);
  });
});
