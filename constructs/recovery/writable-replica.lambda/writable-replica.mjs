// @ts-check
import { BROUGHT_BACK, isReplicationNotFound, replicationTo, theReplica } from './replicas.mjs';

/**
 * Turns the copy of the attachments that EFS kept the same into the file system that a recovered environment writes to. It can only be read
 * until its replication has ended, and is then not as the one that it is a copy of: EFS copies files, and no settings.
 *
 * @typedef {object} Settings The construct `WritableReplica` writes them.
 * @property {string} encryptionKey ARN of the key of all copies, by which this one is told from others'.
 * @property {object} policy Who may mount it, as an IAM policy.
 * @property {object[]} lifecycle When files move to cheaper storage, as EFS has it.
 *
 * @typedef {object} ReplicaEvent
 * @property {'Create' | 'Update' | 'Delete'} RequestType
 * @property {string} [PhysicalResourceId]
 * @property {{ Moment: string }} ResourceProperties To which the database is restored (ISO 8601).
 *
 * @typedef {import('./replicas.mjs').Efs} Efs
 * @typedef {{ efs: Efs, settings: Settings, now: () => Date, log: (line: string) => void }} Surroundings
 */

/** "Several minutes", says AWS. After so many the other Region is not waited for any longer. */
const WAIT_FOR_BOTH_REGIONS_MS = 10 * 60_000;

/** @param {Surroundings} surroundings */
export function createHandlers({ efs, settings, now, log }) {
  return { onEvent, isComplete };

  /**
   * Nothing is ever deleted here, and a file system that is in service is left as it is.
   *
   * @param {ReplicaEvent} event
   */
  async function onEvent({ RequestType, PhysicalResourceId = '', ResourceProperties: { Moment } }) {
    if (RequestType !== 'Create') return answer(PhysicalResourceId);
    const id = await theReplica(efs, settings.encryptionKey);
    const replication = await replicationTo(efs, id);
    const goesOn = replication !== undefined && replication.status !== 'DELETING';
    if (goesOn) refuseUnlessComplete(id, replication.until, new Date(Moment));
    // Before the end: afterwards nothing else says that it was a copy.
    await efs.tagResource({ ResourceId: id, Tags: [{ Key: BROUGHT_BACK, Value: now().toISOString() }] });
    if (goesOn) await end(replication.source);
    return answer(id);
  }

  /**
   * Asked again and again until it says yes.
   *
   * @param {Pick<ReplicaEvent, 'RequestType' | 'PhysicalResourceId'>} event
   */
  async function isComplete({ RequestType, PhysicalResourceId: id = '' }) {
    if (RequestType !== 'Create') return { IsComplete: true };
    const fileSystem = await described(id);
    const replication = await replicationTo(efs, id);
    if (replication !== undefined) {
      if (hasWaited(fileSystem)) await endHere(replication.source);
      return { IsComplete: false };
    }
    return { IsComplete: isWritable(fileSystem) && (await isSetUp(id, fileSystem)) };
  }

  /**
   * In both Regions, if the other one can be reached: what stays there would have to be ended by hand.
   *
   * @param {string} source
   */
  async function end(source) {
    try {
      await efs.deleteReplicationConfiguration({
        SourceFileSystemId: source,
        DeletionMode: 'ALL_CONFIGURATIONS',
      });
    } catch (error) {
      if (isReplicationNotFound(error)) return;
      note('the replication could not be ended in both Regions', error);
      await endLocally(source);
    }
  }

  /**
   * While an end in both Regions is under way EFS may refuse another one. It is asked for again, and the deployment has an end of its
   * own.
   *
   * @param {string} source
   */
  async function endHere(source) {
    try {
      await endLocally(source);
    } catch (error) {
      note('the replication could not be ended in this Region', error);
    }
  }

  /** @param {string} source */
  async function endLocally(source) {
    try {
      await efs.deleteReplicationConfiguration({
        SourceFileSystemId: source,
        DeletionMode: 'LOCAL_CONFIGURATION_ONLY',
      });
    } catch (error) {
      if (!isReplicationNotFound(error)) throw error;
    }
  }

  /** @param {string} FileSystemId */
  async function described(FileSystemId) {
    const { FileSystems: [fileSystem] = [] } = await efs.describeFileSystems({ FileSystemId });
    if (fileSystem === undefined) throw new Error(`the file system ${FileSystemId} is gone`);
    if (fileSystem.LifeCycleState === 'error') {
      throw new Error(
        `EFS has given the file system ${FileSystemId} up (state "error"): its recovery points in the vault are what is left (docs/recovery-points.md)`,
      );
    }
    return fileSystem;
  }

  /** @param {import('./replicas.mjs').FileSystem} fileSystem */
  function hasWaited({ Tags = [] }) {
    const since = Date.parse(Tags.find(({ Key }) => Key === BROUGHT_BACK)?.Value ?? '');
    return now().getTime() - since > WAIT_FOR_BOTH_REGIONS_MS;
  }

  /**
   * What EFS has not copied. Throughput first, because EFS changes it in the background and nothing else meanwhile; a copy begins with bursts,
   * whatever its source had.
   *
   * @param {string} FileSystemId
   * @param {import('./replicas.mjs').FileSystem} fileSystem
   */
  async function isSetUp(FileSystemId, { ThroughputMode }) {
    if (ThroughputMode !== 'elastic') {
      await efs.updateFileSystem({ FileSystemId, ThroughputMode: 'elastic' });
      return false;
    }
    await efs.putFileSystemPolicy({ FileSystemId, Policy: JSON.stringify(settings.policy) });
    await efs.putLifecycleConfiguration({ FileSystemId, LifecyclePolicies: settings.lifecycle });
    return true;
  }

  /**
   * @param {string} what
   * @param {unknown} error
   */
  function note(what, error) {
    log(JSON.stringify({ level: 'WARNING', what, error: String(error) }));
  }
}

/**
 * The moment was found by what was noted, which may have been of a copy before this one. The first copy of a file system takes hours, and
 * once it is no copy nothing more arrives.
 *
 * @param {string} id
 * @param {Date | undefined} until
 * @param {Date} moment
 */
function refuseUnlessComplete(id, until, moment) {
  if (until !== undefined && until >= moment) return;
  throw new Error(
    `${id} has the attachments ${until === undefined ? 'of no moment completely yet' : `until ${until.toISOString()}`}, and the database would be of ${moment.toISOString()}: its replication was not ended`,
  );
}

/** @param {import('./replicas.mjs').FileSystem} fileSystem */
function isWritable({ LifeCycleState, FileSystemProtection }) {
  return LifeCycleState === 'available' && FileSystemProtection?.ReplicationOverwriteProtection === 'ENABLED';
}

/** @param {string} id */
function answer(id) {
  return { PhysicalResourceId: id, Data: { FileSystemId: id } };
}
