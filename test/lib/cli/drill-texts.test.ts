import { describe, expect, it } from 'vitest';
import { estimateDrill } from '../../../config/sizing/drill-estimate.ts';
import { shippedPrices } from '../../../config/sizing/prices.ts';
import { beforeDrill } from '../../../lib/cli/drill-texts.ts';
import { environmentOf, planOf } from '../../support/environments.ts';

function saidOf(users: number): string {
  const changes = { recoveryRegion: 'eu-west-1' };
  const planned = { environment: environmentOf(users, changes), plan: planOf(users, changes) };
  const estimate = estimateDrill(planned.environment, planned.plan, {
    region: 'eu-west-1',
    prices: shippedPrices,
  });
  return beforeDrill(planned, 'eu-west-1', { estimate, last: undefined }, { width: 400, colors: false });
}

describe('what is said before a drill', () => {
  it('of a single server is one task of its size, and no database of RDS', () => {
    const text = saidOf(10);
    const { server } = planOf(10);
    expect(text).toContain(
      `One Fargate task of ${server?.vcpu} vCPU, ${(server?.memoryMiB ?? 0) / 1024} GiB and ${server?.dataVolume.sizeGiB} GiB of disk restores`,
    );
    expect(text).not.toContain('RDS');
    expect(text).toContain('0.5 h to 2 h of the task: assumed');
  });

  it('of the others is a database, with a task for a part of its hours', () => {
    const text = saidOf(40);
    expect(text).toContain('RDS restores the copies in eu-west-1 as a new database, test-drill-');
    expect(text).toContain('1 h to 3 h of the database, with the task for half an hour of them: assumed');
  });
});
