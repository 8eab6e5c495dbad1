import { expect } from 'vitest';
import type { FailbackProps } from '../../../lib/failback/failback.ts';
import { serviceWay } from '../../../lib/failback/service/service-way.ts';
import { environmentOf, planOf, production } from '../../support/environments.ts';
import type { TwoRegions } from './two-regions.ts';

/** What the operator is shown and asked. */
export interface Terminal {
  readonly said: string[];
  readonly questions: string[];
}

const hostedZone = { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com' };

/** A failback whose operator agrees to everything. */
export function propsOf(
  regions: TwoRegions,
  { said, questions }: Terminal,
  changes: Partial<FailbackProps> = {},
): FailbackProps {
  return {
    environment: environmentOf(40, { ...production, domain: { name: 'erp.example.com', hostedZone } }),
    plan: planOf(40, production),
    recoveryRegion: 'eu-west-1',
    cloud: regions,
    way: serviceWay(regions),
    journals: regions,
    say: (text) => said.push(text),
    confirm: async (question) => {
      questions.push(question);
      return true;
    },
    // For as long as this takes in truth, S3 Files exports what was written.
    sleep: async () => regions.sides.recovery.export(),
    ...changes,
  };
}

/** Home has everything that was entered on the recovered side, and nothing of it was changed on the way. */
export async function expectHome(regions: TwoRegions): Promise<void> {
  const { primary, recovery } = regions.sides;
  expect(await regions.serving()).toEqual(['primary']);
  expect(regions.dns).toBe('primary');
  expect(regions.wrong).toEqual([]);
  expect(recovery.confirmed.length).toBeGreaterThan(20);
  // Somebody works there already: what was entered meanwhile is more than what was compared.
  await primary.stopNode();
  expect(primary.missing(recovery.confirmed)).toEqual([]);
  expect(primary.sql("SELECT count(*) FROM ir_config_parameter WHERE key = 'database.is_neutralized'")).toBe(
    '0',
  );
  for (const question of [
    "SELECT value FROM ir_config_parameter WHERE key = 'database.uuid'",
    "SELECT value FROM ir_config_parameter WHERE key = 'web.base.url'",
    "SELECT password FROM res_users WHERE login = 'admin'",
  ]) {
    expect(primary.sql(question)).toBe(recovery.sql(question));
  }
}

/** The recovered side is as it was, and users work there. */
export async function expectAway(regions: TwoRegions): Promise<void> {
  const { recovery } = regions.sides;
  await expect.poll(() => recovery.answers()).toBe(true);
  expect(await regions.serving()).toEqual(['recovery']);
  expect(regions.dns).toBe('recovery');
  expect(regions.wrong).toEqual([]);
  await recovery.work();
  expect(recovery.missing(recovery.confirmed.slice(0, -1))).toEqual([]);
}
