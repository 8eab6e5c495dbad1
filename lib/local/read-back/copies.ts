import type { Comparison, Deployed } from '../comparison.ts';
import { compareBucket } from './buckets.ts';

/** Logical ids begin so. */
const REPLICAS = ['AuditReplica', 'BackupReplica', 'FilestoreReplica'];

/**
 * Where there is a recovery Region, every bucket has a copy there that is as well protected. The emulator copies nothing, and
 * keeps no replication of a bucket that a template makes.
 */
export async function readCopies({ copies }: Deployed): Promise<readonly Comparison[]> {
  if (copies === undefined) return [];
  const { account, resources } = copies;
  const replicas = resources.all.filter(
    ({ type, logicalId }) => type === 'AWS::S3::Bucket' && logicalId.includes('Replica'),
  );
  const compared = replicas.map(({ logicalId, physicalId }) => compareBucket(account, logicalId, physicalId));
  return [
    {
      what: 'buckets of copies in the recovery Region',
      expected: REPLICAS.length,
      actual: replicas.filter(({ logicalId }) => REPLICAS.some((id) => logicalId.startsWith(id))).length,
    },
    ...(await Promise.all(compared)).flat(),
  ];
}
