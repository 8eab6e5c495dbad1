import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import {
  Database,
  type Endpoint,
} from '../../constructs/restore-testing/validate-restore.lambda/database.ts';
import {
  type Manifest,
  takeManifest,
} from '../../constructs/restore-testing/validate-restore.lambda/manifest.ts';
import type { Restored } from '../../constructs/restore-testing/validate-restore.lambda/validation.ts';
import { type PostgresCluster, startPostgres } from '../support/postgres.ts';
import { VersionedStore } from '../releases/staging/versioned-store.ts';

export const BUCKET = 'filestore';
export const PREFIX = 'filestore/odoo/';
export const PASSWORD = 'verifier-Secret-1';

/** Everything was written before the recovery point, and validated two hours after it. */
export const WRITTEN = new Date('2026-11-29T20:00:00Z');
export const RECOVERY_POINT = new Date('2026-11-30T01:00:00Z');
export const NOW = new Date('2026-11-30T03:00:00Z');

/** When the first attachment was made. */
const FIRST_MS = Date.parse('2026-11-01T00:00:00Z');

export interface Attachment {
  readonly name: string;
  readonly content: string;
}

/** Content number `number`, and its name in Odoo's filestore. */
export function attachment(number: number): Attachment {
  const content = `attachment ${number} ${'x'.repeat(number % 70)}`;
  const sum = createHash('sha1').update(content).digest('hex');
  return { content, name: `${sum.slice(0, 2)}/${sum}` };
}

/** The attachments are in a bucket. */
export type RestoredWithFiles = Restored & { readonly filestore: NonNullable<Restored['filestore']> };

/** The database of a company that has no attachments yet, and who may look at it. */
export function makeCompany(cluster: PostgresCluster, database: string): void {
  cluster.sql([
    `CREATE ROLE odoo`,
    `CREATE ROLE odoo_verifier LOGIN PASSWORD '${PASSWORD}'`,
    `CREATE DATABASE ${database} OWNER odoo TEMPLATE template0 LC_COLLATE 'C'`,
  ]);
  cluster.sql(readFileSync(new URL('company.sql', import.meta.url), 'utf8'), database);
}

/** A PostgreSQL server with the database of a company, a versioned bucket with its attachments, and copies to be damaged. */
export class RestoredCompany {
  readonly store = new VersionedStore();
  readonly cluster: PostgresCluster;
  readonly attachments: readonly Attachment[];
  readonly s3: S3Client;
  readonly manifest: Manifest;
  private copies = 0;

  static async start(attachments: number): Promise<RestoredCompany> {
    const cluster = await startPostgres();
    const store = new VersionedStore();
    const files = Array.from({ length: attachments }, (_, number) => attachment(number));
    makeCompany(cluster, 'sound');
    // One second after another, so that the highest number is the newest.
    const rows = files.map(({ name, content }, number) => {
      const created = new Date(FIRST_MS + number * 1000).toISOString().replace('Z', '');
      return `file ${number}\tbinary\t${name}\t${content.length}\t${name.slice(3)}\t${created}\n`;
    });
    const file = join(cluster.directory, 'attachments');
    writeFileSync(file, rows.join(''));
    cluster.sql(
      `COPY ir_attachment (name, type, store_fname, file_size, checksum, create_date) FROM '${file}'`,
      'sound',
    );
    cluster.sql(
      [
        `INSERT INTO ir_attachment (name, type, url) VALUES ('a link', 'url', 'https://example.com')`,
        // The same content twice is one file.
        `INSERT INTO ir_attachment (name, type, store_fname, file_size) SELECT 'again', type, store_fname, file_size FROM ir_attachment WHERE store_fname IS NOT NULL ORDER BY id LIMIT 1`,
        'GRANT SELECT ON ALL TABLES IN SCHEMA public TO odoo_verifier',
      ],
      'sound',
    );
    const s3 = await store.listen();
    const endpoint = endpointOf(cluster, 'sound');
    const database = await Database.connect(endpoint);
    const manifest = await takeManifest(database, new Date(RECOVERY_POINT.getTime() - 60_000));
    await database.close();
    return new RestoredCompany({ cluster, store, s3, attachments: files, manifest });
  }

  private constructor(parts: Pick<RestoredCompany, 'cluster' | 'store' | 's3' | 'attachments' | 'manifest'>) {
    this.cluster = parts.cluster;
    this.store = parts.store;
    this.s3 = parts.s3;
    this.attachments = parts.attachments;
    this.manifest = parts.manifest;
  }

  /** What a good restore gives, in a database of its own. */
  restore(): RestoredWithFiles {
    this.store.make(BUCKET);
    for (const { name, content } of this.attachments) {
      this.store.put(BUCKET, `${PREFIX}${name}`, { content, modified: WRITTEN });
    }
    this.copies++;
    const name = `restored_${this.copies}`;
    this.cluster.sql(`CREATE DATABASE ${name} TEMPLATE sound`);
    return {
      id: `test-${this.copies}`,
      endpoint: endpointOf(this.cluster, name),
      expected: {
        postgresql: Number(this.cluster.sql('SHOW server_version_num').slice(0, 2)),
        odoo: '19.0',
        recoveryPoint: RECOVERY_POINT,
        oldestHours: 26,
        manifest: this.manifest,
      },
      filestore: { s3: this.s3, bucket: BUCKET, prefix: PREFIX, readAtMost: 1_000_000 },
    };
  }

  stop(): void {
    this.store.close();
    this.cluster.stop();
  }
}

export function endpointOf(cluster: PostgresCluster, database: string): Endpoint {
  return {
    host: cluster.host,
    port: cluster.port,
    database,
    user: 'odoo_verifier',
    password: async () => PASSWORD,
    ca: readFileSync(cluster.caBundle, 'utf8'),
  };
}
