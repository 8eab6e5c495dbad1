import type { Clients } from '../../../constructs/recovery/restore-point.lambda/restore-point.mjs';

/** Key of the copies of the environment `prod`. */
export const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/copies';
export const NOTE = 'watermarks/copies.json';

interface Version {
  readonly Key: string;
  readonly VersionId: string;
  readonly LastModified: Date;
  readonly body: string;
}

interface Backup {
  readonly DBInstanceAutomatedBackupsArn?: string;
  readonly KmsKeyId: string;
  readonly RestoreWindow?: { readonly EarliestTime?: Date; readonly LatestTime?: Date };
}

interface Secret {
  readonly ARN: string;
  readonly PrimaryRegion?: string;
  readonly Tags: { readonly Key: string; readonly Value: string }[];
}

/** A Region with copies: every listing has one entry to a page, so that nobody reads the first page only. */
export class CopiedRegion {
  readonly backups: Backup[] = [];
  readonly secrets: Secret[] = [];
  /** What the address of the environment answers; undefined: nobody answers. */
  served: number | undefined;
  /** Addresses that were visited. */
  readonly visited: string[] = [];
  /** S3 answers nobody. */
  unreadable = false;
  private versions: Version[] = [];

  /** Writes an object; what it replaces stays as a version. */
  put(Key: string, at: string, content: object): void {
    const VersionId = `v${this.versions.length}`;
    this.versions.push({ Key, VersionId, LastModified: new Date(at), body: JSON.stringify(content) });
  }

  /** As if it had never been there. */
  remove(key: string): void {
    this.versions = this.versions.filter(({ Key }) => Key !== key);
  }

  /** An automated backup that RDS has copied. */
  backUp(name: string, from: string, until: string, KmsKeyId = KEY): void {
    this.backups.push({
      DBInstanceAutomatedBackupsArn: name,
      KmsKeyId,
      RestoreWindow: { EarliestTime: new Date(from), LatestTime: new Date(until) },
    });
  }

  /** A secret that Secrets Manager has copied. @param primary - Region of its source; empty: it is none's copy */
  replicate(purpose: string, copy: { environment?: string; ARN?: string; primary?: string } = {}): void {
    const { environment = 'prod', primary = 'eu-central-1' } = copy;
    const ARN = copy.ARN ?? `arn:${environment}:${purpose}`;
    const Tags = [
      { Key: 'odoo-aws:secret', Value: purpose },
      { Key: 'odoo-aws:environment', Value: environment },
    ];
    this.secrets.push({ ARN, Tags, ...(primary !== '' && { PrimaryRegion: primary }) });
  }

  get clients(): Clients {
    return {
      rds: {
        describeDBInstanceAutomatedBackups: async (input) => {
          const { entries, next } = pageOf(this.backups, 'Marker' in input ? input.Marker : undefined);
          return { DBInstanceAutomatedBackups: entries, Marker: next };
        },
      },
      s3: {
        listObjectVersions: async (input) => this.listVersions(input),
        getObject: async (input) => this.get(input),
      },
      secrets: {
        listSecrets: async (input) => {
          const { entries, next } = pageOf(this.secrets, 'NextToken' in input ? input.NextToken : undefined);
          return { SecretList: entries, NextToken: next };
        },
      },
      fetch: async (url) => {
        this.visited.push(url);
        if (this.served === undefined) throw new Error('connection refused');
        return { status: this.served };
      },
    };
  }

  /** As S3 does: by key, and the newest version of each first. */
  private listVersions(input: object) {
    const prefix = 'Prefix' in input ? String(input.Prefix) : '';
    const found = this.versions
      .filter(({ Key }) => Key.startsWith(prefix))
      .toSorted(
        (one, other) =>
          one.Key.localeCompare(other.Key) || other.LastModified.getTime() - one.LastModified.getTime(),
      );
    const marked = 'VersionIdMarker' in input && 'KeyMarker' in input ? input : undefined;
    const start = found.findIndex(
      ({ Key, VersionId }) => Key === marked?.KeyMarker && VersionId === marked.VersionIdMarker,
    );
    const entry = found[start + 1];
    const IsTruncated = start + 2 < found.length;
    return {
      Versions: entry === undefined ? [] : [entry],
      IsTruncated,
      ...(IsTruncated && { NextKeyMarker: entry?.Key, NextVersionIdMarker: entry?.VersionId }),
    };
  }

  private get(input: object) {
    const id = 'VersionId' in input ? input.VersionId : undefined;
    const key = 'Key' in input ? input.Key : undefined;
    const found = this.versions.findLast(
      ({ Key, VersionId }) => Key === key && (id ?? VersionId) === VersionId,
    );
    if (this.unreadable) throw new Error('Access Denied');
    if (found === undefined) {
      throw Object.assign(new Error('The specified key does not exist.'), { name: 'NoSuchKey' });
    }
    return { Body: { transformToString: async () => found.body }, LastModified: found.LastModified };
  }
}

function pageOf<Entry>(all: readonly Entry[], marker: unknown): { entries: Entry[]; next?: string } {
  const index = Number(marker ?? 0);
  const next = index + 1 < all.length ? String(index + 1) : undefined;
  return { entries: all.slice(index, index + 1), next };
}
