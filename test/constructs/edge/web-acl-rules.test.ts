import { aws_ec2 as ec2, aws_elasticloadbalancingv2 as elbv2, aws_kms as kms, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { MANAGED_RULE_GROUPS } from '../../../constructs/edge/managed-rules.ts';
import { API_LOGINS_PER_FIVE_MINUTES } from '../../../constructs/edge/web-acl-rules.ts';
import { OdooWebAcl } from '../../../constructs/edge/web-acl.ts';
import { testStack } from '../../support/stack.ts';
import { ATTACKS } from './firewall/attacks.ts';
import { type HttpRequest, request } from './firewall/http-request.ts';
import { findingsOf, inspect } from './firewall/libinjection.ts';
import { inspectAll, PUBLISHED_GROUPS } from './firewall/managed-rule-catalogue.ts';
import { SIGN_INS, WORK } from './firewall/odoo-requests.ts';
import { capacityUnits, OfflineWebAcl } from './firewall/offline-web-acl.ts';

const PASSES = { blockedBy: undefined, status: 200 };

beforeAll(() => inspectAll([...WORK, ...SIGN_INS, ...ATTACKS].map((one) => one.request)));

describe('work in Odoo', () => {
  it.each([...WORK, ...SIGN_INS])('passes: $what ($known)', ({ request: work }) => {
    expect(firewall().evaluate(work)).toMatchObject(PASSES);
  });

  it.each(WORK)('passes whatever AWS believes to see in its body: $what', ({ request: work }) => {
    expect(firewall({ everyBodyIsSuspect: true }).evaluate(work)).toMatchObject(PASSES);
  });

  it('would be lost without the exceptions', () => {
    const blocked = WORK.filter(({ request: work }) => firewall().evaluate(work).counted.length > 0);
    expect(blocked.length).toBeGreaterThan(WORK.length / 2);
  });

  it('needs every exception, each for at least one of these requests', () => {
    const needed = new Set(WORK.flatMap(({ request: work }) => firewall().evaluate(work).counted));
    const exceptions = MANAGED_RULE_GROUPS.flatMap(({ counted }) => counted.map(({ rule }) => rule));
    expect(exceptions.filter((rule) => !needed.has(rule))).toEqual([]);
  });

  it('meets no rule on bodies that blocks, in any group', () => {
    const exceptions = new Set(MANAGED_RULE_GROUPS.flatMap(({ counted }) => counted.map(({ rule }) => rule)));
    const onBodies = PUBLISHED_GROUPS.flatMap(({ rules }) => rules).filter(({ reads }) => reads === 'body');
    expect(onBodies).toHaveLength(10);
    for (const { name } of onBodies) expect(exceptions).toContain(name);
  });
});

describe('attacks', () => {
  it.each(ATTACKS)('are stopped: $what', ({ request: attack, stoppedBy }) => {
    expect(firewall().evaluate(attack)).toMatchObject({ blockedBy: stoppedBy, status: 403 });
  });
});

describe('exceptions', () => {
  it('name rules that AWS has, with the labels that they set', () => {
    for (const { name, counted, capacityUnits: units } of MANAGED_RULE_GROUPS) {
      const group = PUBLISHED_GROUPS.find((published) => published.name === name);
      expect(units).toBe(group?.capacityUnits);
      for (const { rule, label } of counted) {
        const published = group?.rules.find((one) => one.name === rule);
        expect(published, `${name} has ${rule}`).toBeDefined();
        if (label) expect(label).toBe(published?.label);
      }
    }
  });

  it('have a label where they block in one place', () => {
    for (const { rule, label, blocksAt } of MANAGED_RULE_GROUPS.flatMap(({ counted }) => counted)) {
      expect(Boolean(label), rule).toBe(Boolean(blocksAt));
    }
  });

  it('are explained to the operator, every one', () => {
    const manual = readFileSync('docs/firewall.md', 'utf8');
    for (const { rule } of MANAGED_RULE_GROUPS.flatMap(({ counted }) => counted)) {
      expect(manual).toContain(`\`${rule}\``);
    }
    for (const { Name } of firewall().rules) expect(manual).toContain(`| \`${Name}\` |`);
  });

  it('leave room below the capacity after which requests cost more', () => {
    expect(capacityUnits(firewall().rules)).toBe(1304);
  });
});

describe('words that visitors search for', () => {
  it.each([
    '5" or 6" pipe',
    "men's or women's",
    'select chair and table',
    'desk -- black',
    'drop shipping; table',
    '"oak" or "beech" <solid>',
    "L'Oréal -- and more",
    'order by price',
    'pipe 1/2" and 3/4"',
  ])('pass: %s', (words) => {
    const search = request('GET', `/shop?search=${encodeURIComponent(words)}`);
    expect(firewall().evaluate(search)).toMatchObject(PASSES);
  });
});

describe('passwords', () => {
  it('pass at the sign-in form, although some of the generated ones look like SQL or scripts', () => {
    const passwords = generatedPasswords(2000);
    inspect(passwords);
    const suspicious = passwords.filter((password) => {
      const { sqlInjection, scripting } = findingsOf(password);
      return sqlInjection || scripting;
    });
    expect(suspicious.length).toBeGreaterThan(5);
    const signIns = [...suspicious, "' or '1'='1", '<script>alert(1)</script>'].map((one) => signIn(one));
    inspectAll(signIns);
    const acl = firewall({ users: 5000 });
    for (const attempt of signIns) expect(acl.evaluate(attempt), attempt.body).toMatchObject(PASSES);
  });
});

describe('limits of one address', () => {
  it.each([100, 250, 1000, 5000])(
    'let an office of %i users in at nine: a third of them within five minutes, each mistyping once, with a second factor',
    (users) => {
      const acl = firewall({ users });
      for (let user = 0; user < Math.floor(users / 3); user++) {
        expect(acl.evaluate(signIn('mistyped'))).toMatchObject(PASSES);
        expect(acl.evaluate(signIn('right'))).toMatchObject(PASSES);
        expect(acl.evaluate(signIn('123456', '/web/login/totp'))).toMatchObject(PASSES);
      }
    },
  );

  it.each([
    '/web/login',
    '/fr/web/login',
    '/web/login/totp',
    '/web//login/',
    '/web/./%6cogin',
    '/web/session/authenticate',
    '/web/signup',
    '/web/reset_password',
    '/base_import_module/login_upload',
  ])('stop guessing at %s, and nobody else', (path) => {
    const acl = firewall({ users: 150 });
    for (let attempt = 0; attempt < 150; attempt++) acl.evaluate(signIn('guess', path));
    expect(acl.evaluate(signIn('guess', path))).toMatchObject({ blockedBy: 'LoginAttempts', status: 429 });
    expect(acl.evaluate({ ...signIn('right', path), client: '203.0.113.5' })).toMatchObject(PASSES);
    expect(acl.evaluate(request('GET', path))).toMatchObject(PASSES);
  });

  it.each([
    ['XML-RPC', request('POST', '/xmlrpc/2/common', { body: '<methodCall/>' })],
    ['the old XML-RPC', request('POST', '/xmlrpc/common', { body: '<methodCall/>' })],
    [
      'JSON-RPC',
      jsonRpc({ service: 'common', method: 'authenticate', args: ['odoo', 'admin', 'guess', {}] }),
    ],
    ['JSON-RPC with padding', jsonRpc({ service: 'common', method: 'login', args: ['x'.repeat(9000)] })],
  ])('stop guessing by %s without locking the office out', (_, login) => {
    const acl = firewall();
    for (let attempt = 0; attempt < API_LOGINS_PER_FIVE_MINUTES; attempt++) {
      expect(acl.evaluate(login)).toMatchObject(PASSES);
    }
    expect(acl.evaluate(login)).toMatchObject({ blockedBy: 'ApiLogins', status: 429 });
    expect(acl.evaluate(signIn('right'))).toMatchObject(PASSES);
  });

  it('let a connector work that logs in once and reads 6,000 times, and not more', () => {
    const acl = firewall();
    const read = jsonRpc({
      service: 'object',
      method: 'execute_kw',
      args: ['odoo', 2, 'key', 'common', 'read'],
    });
    for (let call = 0; call < 6000; call++) expect(acl.evaluate(read)).toMatchObject(PASSES);
    expect(acl.evaluate(read)).toMatchObject({ blockedBy: 'RpcCalls', status: 429 });
  });

  it('never count the work of people in the web client', () => {
    const acl = firewall();
    const read = request('POST', '/web/dataset/call_kw/res.partner/web_read', { body: '{}' });
    for (let call = 0; call < 7000; call++) expect(acl.evaluate(read)).toMatchObject(PASSES);
  });
});

function firewall(options: { users?: number; everyBodyIsSuspect?: boolean } = {}): OfflineWebAcl {
  return new OfflineWebAcl(templateFor(options.users ?? 150), {
    everyBodyIsSuspect: options.everyBodyIsSuspect,
  });
}

const templates = new Map<number, Template>();

function templateFor(users: number): Template {
  const template = templates.get(users) ?? Template.fromStack(stackFor(users));
  templates.set(users, template);
  return template;
}

function stackFor(users: number): Stack {
  const stack = testStack();
  const vpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 0 });
  new OdooWebAcl(stack, 'Firewall', {
    environmentName: 'prod',
    loadBalancer: new elbv2.ApplicationLoadBalancer(stack, 'LoadBalancer', { vpc }),
    users,
    logRetentionDays: 90,
    logKey: kms.Key.fromKeyArn(stack, 'LogKey', 'arn:aws:kms:eu-central-1:111122223333:key/log'),
  });
  return stack;
}

function signIn(password: string, path = '/web/login'): HttpRequest {
  return request('POST', path, {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ login: 'anne@example.com', password, redirect: '/odoo' }).toString(),
  });
}

function jsonRpc(params: object): HttpRequest {
  return request('POST', '/jsonrpc', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', method: 'call', params }),
  });
}

/** Printable passwords of 8 to 31 characters, the same in every run. */
function generatedPasswords(count: number): string[] {
  let state = 1;
  const next = (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  return Array.from({ length: count }, () =>
    Array.from({ length: 8 + next(24) }, () => String.fromCharCode(33 + next(94))).join(''),
  );
}
