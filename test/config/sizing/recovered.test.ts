import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../config/environment.ts';
import { recoveredEnvironment } from '../../../config/sizing/recovered.ts';
import { environmentOf, planOf, production } from '../../support/environments.ts';

const recoveryOf = (users: number, changes: Partial<Environment> = {}) =>
  planOf(users, { ...production, ...changes }).recovery;

describe('an environment in its recovery Region', () => {
  it('is not planned without one', () => {
    expect(recoveryOf(150, { recoveryRegion: undefined })).toBeUndefined();
  });

  it('costs what one in that Region costs that copies nothing further', () => {
    const there = planOf(150, { ...production, region: 'eu-west-1', recoveryRegion: undefined });
    expect(recoveryOf(150)?.costPerMonthUsd).toEqual(there.costPerMonthUsd);
  });

  it('is priced by a near Region where no prices are known, with low confidence', () => {
    const cost = recoveryOf(150, { recoveryRegion: 'eu-north-1' })?.costPerMonthUsd;
    expect(cost?.pricedRegion).toBe('eu-west-1');
    expect(cost?.items.find(({ item }) => item === 'Application Load Balancer')?.confidence).toBe('low');
  });

  it.each([
    ['eu-west-1', { availabilityZones: 3, natGateways: 3 }],
    ['us-west-1', { availabilityZones: 2, natGateways: 2 }],
  ])('spans the zones of %s', (recoveryRegion, network) => {
    expect(recoveryOf(150, { recoveryRegion })?.network).toEqual(network);
  });

  it('has nothing there beforehand that costs', () => {
    expect(recoveryOf(150)?.pilotLightPerMonthUsd).toBe(0);
  });

  it('copies no recovery points to a vault near the lost Region, and has no Region to copy to', () => {
    const secondAccountVaultArn = 'arn:aws:backup:eu-central-1:210987654321:backup-vault:odoo';
    const environment = environmentOf(150, {
      ...production,
      backup: { vaultLock: { mode: 'none' }, secondAccountVaultArn, objectLockDays: 7 },
    });
    expect(recoveredEnvironment(environment, 'eu-west-1')).toMatchObject({
      region: 'eu-west-1',
      recoveryRegion: undefined,
      backup: { vaultLock: { mode: 'none' }, secondAccountVaultArn: undefined, objectLockDays: 7 },
    });
  });
});
