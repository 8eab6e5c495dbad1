import type {
  ObjectName,
  ObjectStore,
  ObjectVersion,
  StoredObject,
  StoredVersion,
} from '../../staging/cloud.ts';

/** Buckets of two Regions as one store: each is asked in its own, and S3 copies from one to the other. */
export class TwoRegions implements ObjectStore {
  private readonly stores: ReadonlyMap<string, ObjectStore>;

  /** @param stores - by the names of their buckets */
  constructor(stores: ReadonlyMap<string, ObjectStore>) {
    this.stores = stores;
  }

  objects(bucket: string, prefix: string): AsyncIterable<StoredObject> {
    return this.storeOf(bucket).objects(bucket, prefix);
  }

  versions(bucket: string, prefix: string): AsyncIterable<StoredVersion> {
    return this.storeOf(bucket).versions(bucket, prefix);
  }

  /** Asked where it goes: S3 takes a copy in the Region of its target alone. */
  copy(from: ObjectVersion, to: ObjectName): Promise<{ readonly version?: string }> {
    return this.storeOf(to.bucket).copy(from, to);
  }

  deleteVersion(version: ObjectVersion): Promise<void> {
    return this.storeOf(version.bucket).deleteVersion(version);
  }

  private storeOf(bucket: string): ObjectStore {
    const store = this.stores.get(bucket);
    if (store === undefined) throw new Error(`nobody knows the Region of bucket ${bucket}`);
    return store;
  }
}
