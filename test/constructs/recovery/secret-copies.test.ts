import { beforeEach, describe, expect, it } from 'vitest';
import { SECRET_PURPOSES } from '../../../constructs/secrets/odoo-secrets.ts';
import { createSecretsHandler } from '../../../constructs/recovery/restore-point.lambda/secrets.mjs';
import { environmentOf, production } from '../../support/environments.ts';
import { resourcesOf, templatesOf } from '../../support/templates.ts';
import { CopiedRegion } from './copied-region.ts';

describe('the function that looks for copies of secrets', () => {
  let region: CopiedRegion;
  let slept: number;
  beforeEach(() => {
    region = new CopiedRegion();
    slept = 0;
  });

  const asked = (RequestType: 'Create' | 'Update' | 'Delete', meanwhile = () => {}) =>
    createSecretsHandler({
      clients: region.clients,
      settings: { environment: 'prod', secrets: ['DatabasePassword'] },
      sleep: async (milliseconds) => {
        slept += milliseconds;
        meanwhile();
      },
    })({ RequestType });

  it.each(['Create', 'Update'] as const)('finds those of the environment (%s)', async (type) => {
    region.replicate('DatabasePassword');
    region.replicate('DatabasePassword', { environment: 'prod-two' });
    const found = { DatabasePassword: 'arn:prod:DatabasePassword' };
    expect(await asked(type)).toEqual({ PhysicalResourceId: 'secrets of prod', Data: found });
  });

  it('waits for those that are on their way', async () => {
    const arrives = () => void (slept === 30_000 && region.replicate('DatabasePassword'));
    expect(await asked('Create', arrives)).toMatchObject({
      Data: { DatabasePassword: 'arn:prod:DatabasePassword' },
    });
    expect(slept).toBe(30_000);
  });

  it('fails a deployment that comes before them, while it still can', async () => {
    await expect(asked('Create')).rejects.toThrow("no copy is here of prod's DatabasePassword");
    // The function has two minutes.
    expect(slept).toBeLessThan(100_000);
  });

  it('lets go without asking: what it found was never its own', async () => {
    expect(await asked('Delete')).toEqual({ PhysicalResourceId: 'secrets of prod' });
  });
});

describe('the copies of secrets of a drill', () => {
  const { 'Recovery-Drill': Drill = { Resources: {} } } = templatesOf(environmentOf(40, production));
  const only = (type: string, name: RegExp): unknown =>
    resourcesOf({ Drill }, type).find(({ logicalId }) => name.test(logicalId))?.resource.Properties;

  it('are looked up again when others are needed', () => {
    expect(only('Custom::SecretCopies', /^SecretCopies/)).toMatchObject({ Secrets: SECRET_PURPOSES });
  });

  it('are named to a function that reads names alone', () => {
    const policy = JSON.stringify(only('AWS::IAM::Policy', /^SecretCopiesFindRole/));
    expect(policy.match(/"secretsmanager:[^"]*"/g)).toEqual(['"secretsmanager:ListSecrets"']);
    expect(JSON.stringify(only('AWS::Lambda::Function', /^SecretCopiesFind/))).toContain('index.onSecrets');
  });
});
