import type { RecoveryPoint } from './cloud.ts';
import type { DatabasePoint, UnusablePoint } from './copies.ts';
import type { Inquiry } from './inquiry.ts';

export interface VaultContents {
  /** Those that can be restored. */
  readonly usable: readonly RecoveryPoint[];
  readonly unusable: readonly UnusablePoint[];
}

/** AVAILABLE is what continuous backups are called. */
const USABLE = new Set(['COMPLETED', 'AVAILABLE']);

export async function vaultContents(inquiry: Inquiry): Promise<VaultContents> {
  const vault = await inquiry.vault();
  const found =
    vault === undefined
      ? undefined
      : await inquiry.ask(`AWS Backup, vault ${vault}`, () => inquiry.cloud.recoveryPoints(vault));
  const points = found ?? [];
  return {
    usable: points.filter(({ status }) => USABLE.has(status)),
    unusable: points
      .filter(({ status }) => !USABLE.has(status))
      .map(({ arn, status }) => ({ name: arn, status })),
  };
}

/** The recovery points of one type of resource, as points of the database. */
export function databasePoints(
  { usable }: VaultContents,
  resourceType: string,
  kind: 'recovery-point' | 'volume',
): readonly DatabasePoint[] {
  return usable
    .filter((point) => point.resourceType === resourceType)
    .map(({ arn, created, completed = created, deletedAt, bytes }) => ({
      kind,
      name: arn,
      created,
      completed,
      deletedAt,
      bytes,
    }));
}
