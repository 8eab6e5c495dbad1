import { describe, expect, it } from 'vitest';
import { failBack } from '../../../../lib/failback/fail-back.ts';
import { finish } from '../../../../lib/failback/finish.ts';
import { recoveredTemplatesOf, type TemplateJson, templatesOf } from '../../../support/templates.ts';
import { propsOf } from './expectations.ts';
import { TwoServers } from './two-servers.ts';

// What the steps take for granted of the stacks.
const servers = new TwoServers();
const { environment } = propsOf(servers);
await failBack(propsOf(servers));
await finish(propsOf(servers));

const home = templatesOf(environment);
const away = Object.fromEntries(
  Object.entries(recoveredTemplatesOf(environment)).map(([name, template]) => [
    name.replace('test-Recovery-', ''),
    template,
  ]),
);

/** Stacks in the order in which the command has deleted them. */
const deleted = (side: 'home' | 'away') =>
  servers.calls.flatMap((call) => new RegExp(`^delete ${side} (\\w+)$`).exec(call)?.[1] ?? []);

/** Stacks that refer to another one by its full name. */
const dependents = (templates: Readonly<Record<string, TemplateJson>>, stack: string) =>
  Object.entries(templates)
    .filter(([, template]) => new RegExp(`"(${stack}:[^"]*|${stack})"`).test(JSON.stringify(template)))
    .map(([name]) => name);

describe('no stack is deleted while another one refers to it', () => {
  it('at home', () => {
    expect(deleted('home')).toEqual(['Dns', 'Operations', 'Backup', 'Server']);
    for (const [index, stack] of deleted('home').entries()) {
      const gone = deleted('home').slice(0, index);
      expect(dependents(home, `test-${stack}`).filter((name) => !gone.includes(name))).toEqual([]);
    }
    expect(dependents(home, 'test-Server').toSorted()).toEqual(['Backup', 'Dns', 'Operations']);
  });

  it('in the recovery Region', () => {
    expect(deleted('away')).toEqual(['Dns', 'Operations', 'Backup', 'Server', 'Data']);
    for (const [index, stack] of deleted('away').entries()) {
      const gone = deleted('away').slice(0, index);
      expect(dependents(away, `test-Recovery-${stack}`).filter((name) => !gone.includes(name))).toEqual([]);
    }
    expect(dependents(away, 'test-Recovery-Data')).toContain('Server');
  });
});

it('volume and address of both servers outlive their stacks', () => {
  for (const { Server } of [home, away]) {
    for (const type of ['AWS::EC2::Volume', 'AWS::EC2::EIP']) {
      const found = Object.values(Server?.Resources ?? {}).filter(({ Type }) => Type === type);
      expect(found.map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(['RetainExceptOnCreate']);
    }
  }
});

it('the guard of a server comes into being only after it: hence the mark at home', () => {
  const resources = Object.entries(home['Server']?.Resources ?? {});
  const [group = ''] = resources.find(([, { Type }]) => Type === 'AWS::AutoScaling::AutoScalingGroup') ?? [];
  const guard = resources.find(
    ([id, { Type }]) => Type === 'AWS::Lambda::Function' && id.startsWith('FenceGuard'),
  );
  expect(JSON.stringify(guard)).toContain(`{"Ref":"${group}"}`);
  expect(JSON.stringify(home['Server']?.Resources[group])).toContain('"CreationPolicy":{"ResourceSignal"');
});

it('nothing that is deleted in the recovery Region holds what somebody has entered', () => {
  const types = deleted('away').flatMap((stack) => Object.values(away[stack]?.Resources ?? {}));
  const held = types.filter(({ Type }) =>
    ['AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::EC2::Volume'].includes(Type),
  );
  expect(held.map(({ Type, DeletionPolicy }) => [Type, DeletionPolicy])).toEqual([
    // What the canary saw; it expires.
    ['AWS::S3::Bucket', 'RetainExceptOnCreate'],
    ['AWS::EC2::Volume', 'RetainExceptOnCreate'],
  ]);
});
