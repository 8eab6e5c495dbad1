// @ts-check

/**
 * File systems in the Region of the copies, and which of them is the copy of the attachments.
 *
 * @typedef {object} FileSystem
 * @property {string} [FileSystemId]
 * @property {string} [KmsKeyId]
 * @property {string} [LifeCycleState]
 * @property {string} [ThroughputMode]
 * @property {{ Key?: string, Value?: string }[]} [Tags]
 * @property {{ ReplicationOverwriteProtection?: string }} [FileSystemProtection]
 *
 * @typedef {{ Status?: string, FileSystemId?: string, LastReplicatedTimestamp?: Date }} Destination
 * @typedef {{ SourceFileSystemId?: string, Destinations?: Destination[] }} Replication
 *
 * @typedef {object} Efs The few calls of the AWS SDK that are made.
 * @property {(input: { Marker?: string, FileSystemId?: string }) => Promise<{
 *   FileSystems?: FileSystem[],
 *   NextMarker?: string,
 * }>} describeFileSystems
 * @property {(input: { FileSystemId: string }) => Promise<{ Replications?: Replication[] }>} describeReplicationConfigurations
 * @property {(input: {
 *   SourceFileSystemId: string,
 *   DeletionMode: 'ALL_CONFIGURATIONS' | 'LOCAL_CONFIGURATION_ONLY',
 * }) => Promise<unknown>} deleteReplicationConfiguration
 * @property {(input: { ResourceId: string, Tags: { Key: string, Value: string }[] }) => Promise<unknown>} tagResource
 * @property {(input: { FileSystemId: string, ThroughputMode: 'elastic' }) => Promise<unknown>} updateFileSystem
 * @property {(input: { FileSystemId: string, Policy: string }) => Promise<unknown>} putFileSystemPolicy
 * @property {(input: { FileSystemId: string, LifecyclePolicies: object[] }) => Promise<unknown>} putLifecycleConfiguration
 */

/**
 * On the file system that an environment goes on with, with the moment at which its replication was told to end. What was a copy
 * is told from all others by it once it is none any more: the sessions of a recovered environment have the same key.
 */
export const BROUGHT_BACK = 'odoo-aws:brought-back';

/**
 * The one that is being replicated to; without one, the one that was: a deployment before this one may have been interrupted.
 *
 * @param {Efs} efs
 * @param {string} encryptionKey ARN of the key of all copies.
 * @returns {Promise<string>} Its id.
 */
export async function theReplica(efs, encryptionKey) {
  const candidates = await encryptedWith(efs, encryptionKey);
  /** @type {string[]} */
  const replicas = [];
  for (const { id } of candidates) {
    if ((await replicationTo(efs, id)) !== undefined) replicas.push(id);
  }
  const found =
    replicas.length > 0 ? replicas : candidates.filter(({ tagged }) => tagged).map(({ id }) => id);
  const [replica] = found;
  if (replica === undefined) {
    throw new Error(
      `EFS has no copy of the attachments here that is encrypted with ${encryptionKey}. One whose replication was ended by hand is recognized by a tag ${BROUGHT_BACK}, whatever its value`,
    );
  }
  if (found.length > 1) {
    throw new Error(
      `several file systems are encrypted with ${encryptionKey} and ${replicas.length > 0 ? 'are' : 'were'} copies of the attachments: ${found.join(', ')}. End the replication of the wrong one, or take the tag ${BROUGHT_BACK} from it`,
    );
  }
  return replica;
}

/**
 * @param {Efs} efs
 * @param {string} encryptionKey
 */
async function encryptedWith(efs, encryptionKey) {
  /** @type {{ id: string, tagged: boolean }[]} */
  const found = [];
  /** @type {string | undefined} */
  let Marker;
  do {
    const page = await efs.describeFileSystems({ ...(Marker !== undefined && { Marker }) });
    for (const { FileSystemId, KmsKeyId, Tags = [] } of page.FileSystems ?? []) {
      if (FileSystemId === undefined || KmsKeyId !== encryptionKey) continue;
      found.push({ id: FileSystemId, tagged: Tags.some(({ Key }) => Key === BROUGHT_BACK) });
    }
    Marker = page.NextMarker;
  } while (Marker);
  return found;
}

/**
 * The replication of which a file system is the destination; undefined where there is none. `until`: what was written before has
 * arrived; undefined while nothing was complete yet.
 *
 * @param {Efs} efs
 * @param {string} FileSystemId
 * @returns {Promise<{ source: string, status: string, until: Date | undefined } | undefined>}
 */
export async function replicationTo(efs, FileSystemId) {
  try {
    const { Replications = [] } = await efs.describeReplicationConfigurations({ FileSystemId });
    for (const { SourceFileSystemId: source, Destinations = [] } of Replications) {
      const destination = Destinations.find((one) => one.FileSystemId === FileSystemId);
      if (source !== undefined && destination !== undefined) {
        return {
          source,
          status: destination.Status ?? 'unknown',
          until: destination.LastReplicatedTimestamp,
        };
      }
    }
    return undefined;
  } catch (error) {
    if (isReplicationNotFound(error)) return undefined;
    throw error;
  }
}

/** @param {unknown} error */
export function isReplicationNotFound(error) {
  return error instanceof Error && error.name === 'ReplicationNotFound';
}
