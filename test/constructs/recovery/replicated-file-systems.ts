import type {
  Destination,
  Efs,
  FileSystem,
} from '../../../constructs/recovery/writable-replica.lambda/replicas.mjs';

/** Key of the copies of the environment `prod`. */
export const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/copies';

/** When every copy was the same as its source last, unless a test says otherwise. */
const UNTIL = new Date('2026-11-30T11:50:00Z');

interface ReplicaOptions {
  /** Null: it has never been complete. */
  readonly until?: Date | null;
  readonly KmsKeyId?: string;
}

interface Replicated {
  readonly source: string;
  readonly destination: Destination & { FileSystemId: string };
}

/**
 * EFS in the recovery Region, with the state that it keeps: replications end after some looks, settings cannot be changed before,
 * and a file system that changes its throughput takes nothing else meanwhile. Every listing has one entry to a page.
 */
export class ReplicatedFileSystems {
  /** Calls that change something, in their order. */
  readonly changes: string[] = [];
  readonly policies = new Map<string, unknown>();
  readonly lifecycles = new Map<string, unknown>();
  /** What EFS says when a replication shall end in both Regions; undefined: it begins. */
  refusal: Error | undefined;
  /** What it says to an end in this Region alone. */
  localRefusal: Error | undefined;
  /** Never answers from the other Region: what has begun does not end. */
  stuck = false;
  private readonly fileSystems: (FileSystem & { FileSystemId: string })[] = [];
  private readonly replications: Replicated[] = [];
  private looks = 0;

  /** A file system with no replication, as a sessions' is. */
  add(FileSystemId: string, changes: Partial<FileSystem> = {}): void {
    this.fileSystems.push({
      FileSystemId,
      KmsKeyId: KEY,
      LifeCycleState: 'available',
      ThroughputMode: 'elastic',
      FileSystemProtection: { ReplicationOverwriteProtection: 'ENABLED' },
      Tags: [],
      ...changes,
    });
  }

  /** A copy as EFS makes it: read-only, without settings. */
  addReplica(
    FileSystemId: string,
    source: string,
    { until = UNTIL, KmsKeyId = KEY }: ReplicaOptions = {},
  ): void {
    this.add(FileSystemId, {
      KmsKeyId,
      ThroughputMode: 'bursting',
      FileSystemProtection: { ReplicationOverwriteProtection: 'REPLICATING' },
    });
    this.replications.push({
      source,
      destination: {
        FileSystemId,
        Status: 'ENABLED',
        ...(until !== null && { LastReplicatedTimestamp: until }),
      },
    });
  }

  one(id: unknown): FileSystem & { FileSystemId: string } {
    const found = this.fileSystems.find(({ FileSystemId }) => FileSystemId === id);
    if (found === undefined) throw named('FileSystemNotFound', `File system '${String(id)}' does not exist.`);
    return found;
  }

  get ids(): string[] {
    return this.fileSystems.map(({ FileSystemId }) => FileSystemId);
  }

  /** As the function has it; anything else, to delete a file system above all, is no function at all. */
  get client(): Efs {
    return {
      describeFileSystems: async ({ FileSystemId, Marker }) => {
        if (FileSystemId !== undefined) return { FileSystems: [{ ...this.one(FileSystemId) }] };
        const index = Number(Marker ?? 0);
        const more = index + 1 < this.fileSystems.length;
        return {
          FileSystems: this.fileSystems.slice(index, index + 1),
          ...(more && { NextMarker: String(index + 1) }),
        };
      },
      describeReplicationConfigurations: async ({ FileSystemId }) => {
        const found = this.replicationOf(FileSystemId);
        if (found.destination.Status === 'DELETING') this.goOn(found);
        const { source, destination } = this.replicationOf(FileSystemId);
        return { Replications: [{ SourceFileSystemId: source, Destinations: [{ ...destination }] }] };
      },
      deleteReplicationConfiguration: async ({ SourceFileSystemId, DeletionMode }) => {
        this.changes.push(`end ${SourceFileSystemId} ${DeletionMode}`);
        const found = this.replications.find(({ source }) => source === SourceFileSystemId);
        if (found === undefined) throw notFound();
        if (DeletionMode === 'LOCAL_CONFIGURATION_ONLY') {
          if (this.localRefusal !== undefined) throw this.localRefusal;
          this.gone(found);
        } else {
          if (this.refusal !== undefined) throw this.refusal;
          found.destination.Status = 'DELETING';
          this.looks = 0;
        }
      },
      tagResource: async ({ ResourceId, Tags }) => {
        this.changes.push(`tag ${ResourceId}`);
        const one = this.one(ResourceId);
        const keys = new Set(Tags.map(({ Key }) => Key));
        one.Tags = [...(one.Tags ?? []).filter(({ Key = '' }) => !keys.has(Key)), ...Tags];
      },
      updateFileSystem: async ({ FileSystemId, ThroughputMode }) => {
        const one = this.settled(FileSystemId);
        this.changes.push(`throughput ${FileSystemId}`);
        one.ThroughputMode = ThroughputMode;
        one.LifeCycleState = 'updating';
      },
      putFileSystemPolicy: async ({ FileSystemId, Policy }) => {
        this.settled(FileSystemId);
        this.changes.push(`policy ${FileSystemId}`);
        this.policies.set(FileSystemId, JSON.parse(Policy));
      },
      putLifecycleConfiguration: async ({ FileSystemId, LifecyclePolicies }) => {
        this.settled(FileSystemId);
        this.changes.push(`lifecycle ${FileSystemId}`);
        this.lifecycles.set(FileSystemId, LifecyclePolicies);
      },
    };
  }

  private replicationOf(id: unknown): Replicated {
    const found = this.replications.find(
      ({ destination }) => destination.FileSystemId === this.one(id).FileSystemId,
    );
    if (found === undefined) throw notFound();
    return found;
  }

  private goOn(replicated: Replicated): void {
    this.looks += 1;
    if (this.looks > 2 && !this.stuck) this.gone(replicated);
  }

  /** The file system is writable a moment after the replication has gone. */
  private gone(replicated: Replicated): void {
    this.replications.splice(this.replications.indexOf(replicated), 1);
    this.one(replicated.destination.FileSystemId).LifeCycleState = 'updating';
  }

  /** What is under way in the background ends. */
  settle(): void {
    for (const one of this.fileSystems) {
      const isCopy = this.replications.some(
        ({ destination }) => destination.FileSystemId === one.FileSystemId,
      );
      if (one.LifeCycleState === 'updating') one.LifeCycleState = 'available';
      if (!isCopy) one.FileSystemProtection = { ReplicationOverwriteProtection: 'ENABLED' };
    }
  }

  private settled(id: unknown): FileSystem {
    const one = this.one(id);
    if (
      one.LifeCycleState !== 'available' ||
      one.FileSystemProtection?.ReplicationOverwriteProtection === 'REPLICATING'
    ) {
      throw named('IncorrectFileSystemLifeCycleState', `${String(id)} is ${one.LifeCycleState}`);
    }
    return one;
  }
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

function notFound(): Error {
  return named('ReplicationNotFound', 'Replication does not exist');
}
