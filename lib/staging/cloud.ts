import type { ReleaseExecutions } from '../release/release-executions.ts';

/**
 * What `npm run staging` does in AWS, and nothing else: one account, one Region. The real one is `aws-cloud.ts`; tests have
 * one that keeps state.
 */
export interface Cloud {
  /** Twelve digits, of the credentials in use. */
  account(): Promise<string>;
  /** What a stack made and says; undefined if it does not exist or was never completely deployed. */
  stack(name: string): Promise<DeployedStack | undefined>;
  /** Text of a secret. */
  secret(arn: string): Promise<string>;
  readonly databases: Databases;
  readonly store: ObjectStore;
  /** The state machine that runs the database job. */
  readonly releases: Pick<ReleaseExecutions, 'start' | 'look' | 'report'>;
}

export interface DeployedStack {
  /** Physical ids by logical id. */
  readonly resources: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** RDS instances. */
export interface Databases {
  find(identifier: string): Promise<DatabaseInstance | undefined>;
  /** Those that carry all of these tags. */
  tagged(tags: Readonly<Record<string, string>>): Promise<readonly DatabaseInstance[]>;
  /** Begins to restore an instance to its latest restorable time, as a new one. */
  restoreLatest(restore: DatabaseRestore): Promise<void>;
  /** Begins to set the administrator's password. */
  setMasterPassword(identifier: string, password: string): Promise<void>;
  /** Begins to delete an instance with its backups, without a snapshot. False while RDS does not take that. */
  delete(identifier: string): Promise<boolean>;
}

export interface DatabaseInstance {
  readonly identifier: string;
  /** RDS's word, for example `available`, `creating`, `backing-up`, `deleting`. */
  readonly status: string;
  /** Whether a change of the password is still under way. */
  readonly passwordPending: boolean;
  readonly instanceClass: string;
  /** GiB. */
  readonly storage: number;
  /** GiB, up to where it grows by itself; equal to `storage` where it does not. */
  readonly storageMax: number;
  readonly masterUser: string;
  /** Version of PostgreSQL, for example `17.5`. */
  readonly engineVersion: string;
  readonly latestRestorable?: Date;
  readonly subnetGroup: string;
  readonly securityGroups: readonly string[];
  readonly parameterGroup: string;
  /** Absent until RDS has given it an address. */
  readonly endpoint?: { readonly host: string; readonly port: number };
  readonly tags: Readonly<Record<string, string>>;
}

export interface DatabaseRestore {
  readonly source: string;
  readonly identifier: string;
  readonly instanceClass: string;
  readonly subnetGroup: string;
  readonly securityGroups: readonly string[];
  readonly parameterGroup: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** S3. Listings come in the order of the keys, page by page. */
export interface ObjectStore {
  /** Current objects. */
  objects(bucket: string, prefix: string): AsyncIterable<StoredObject>;
  /** Every version and delete marker; of one key the newest first. */
  versions(bucket: string, prefix: string): AsyncIterable<StoredVersion>;
  /** Copies one version to the same or another key, with its user metadata, encrypted as the target bucket says. */
  copy(from: ObjectVersion, to: ObjectName): Promise<{ readonly version?: string }>;
  /** Deletes one version for good. */
  deleteVersion(version: ObjectVersion): Promise<void>;
}

export interface ObjectName {
  readonly bucket: string;
  readonly key: string;
}

export interface ObjectVersion extends ObjectName {
  readonly version: string;
}

export interface StoredObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly modified: Date;
}

export interface StoredVersion extends StoredObject {
  readonly version: string;
  readonly isLatest: boolean;
  /** It says that the object was deleted, and has no content. */
  readonly isDeleteMarker: boolean;
}
