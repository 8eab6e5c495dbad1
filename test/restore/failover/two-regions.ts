import { setTimeout } from 'node:timers/promises';
import type { S3 } from '@aws-sdk/client-s3';
import { Random } from '../../../config/simulation/random.ts';
import { COPIES_NOTE, FENCE, FENCE_NOTE } from '../../../constructs/audit/audit-prefixes.ts';
import { createHandler as createRestorePoint } from '../../../constructs/recovery/restore-point.lambda/restore-point.mjs';
import { CopiedRegion, KEY } from '../../constructs/recovery/copied-region.ts';
import type { PostgresCluster } from '../../support/postgres.ts';
import { VersionedStore } from '../../releases/staging/versioned-store.ts';
import { type Attachment, attachment, makeCompany, PREFIX } from '../restored-company.ts';
import { CopiedLog } from './copied-log.ts';
import { AUDIT_COPY, COPY, deployedWatch, EXPORTED_WITHIN } from './deployed-watch.ts';
import { OdooAtWork } from './odoo-at-work.ts';
import { OnItsWay } from './on-its-way.ts';
import { ReplicationLatency } from './replication-latency.ts';

/** How an environment was copied when its Region was lost. Times are milliseconds, where an account has minutes. */
export interface Circumstances {
  /** Of everything that is left to chance. */
  readonly seed: number;
  /** How long a file may be on its way into the other bucket, and a part of the log into the other Region. */
  readonly filesWithin: number;
  readonly logWithin: number;
}

const HOME = 'filestore';

/** Attachments that were there, and copied, before anybody looks. */
const BEFORE = 20;

/** Processes of Odoo; and how often the watch looks at the copies. */
const PROCESSES = 3;
const WATCHED_EVERY = 150;

/** The Region is lost so long after a first second of work could be recovered. */
const AT_WORK = { least: 3_000, more: 2_000 };

/** How often it is looked whether something has happened. */
const LOOKED_EVERY = 50;

/** A minute later than anybody could still be served. */
const LATER_MS = 10 * 60_000;

/** An Odoo at work in one Region, everything that copies it into another one, and the loss of the first. */
export class TwoRegions {
  readonly log: CopiedLog;
  readonly store: VersionedStore;
  /** When the Region was lost. */
  lost = new Date(NaN);
  readonly s3: S3;
  private watched = true;
  private readonly circumstances: Circumstances;
  private readonly random: Random;
  private readonly files = new OnItsWay();
  private readonly segments = new OnItsWay();
  private readonly latency: ReplicationLatency;
  private readonly copies = new CopiedRegion();

  static async start(circumstances: Circumstances): Promise<TwoRegions> {
    const log = await CopiedLog.start();
    makeCompany(log.cluster, 'odoo');
    log.cluster.sql('GRANT SELECT ON ALL TABLES IN SCHEMA public TO odoo_verifier', 'odoo');
    const store = new VersionedStore();
    return new TwoRegions(circumstances, log, store, await store.listen());
  }

  private constructor(circumstances: Circumstances, log: CopiedLog, store: VersionedStore, s3: S3) {
    this.circumstances = circumstances;
    this.log = log;
    this.store = store;
    this.s3 = s3;
    this.random = new Random(circumstances.seed);
    this.latency = new ReplicationLatency(() => this.files.behind(), this.random.below(300));
    for (const bucket of [HOME, COPY, AUDIT_COPY]) store.make(bucket);
    for (let number = 0; number < BEFORE; number++) this.file(attachment(number));
  }

  /** Odoo works, everything is copied and watched, and at some moment the Region is gone. */
  async workUntilLost(): Promise<void> {
    const { random, circumstances, log } = this;
    await log.copy(this.segments, random, circumstances.logWithin);
    const odoo = new OdooAtWork(
      log.cluster,
      { write: (file) => this.exported(file), remove: (name) => this.store.delete(HOME, PREFIX + name) },
      random,
      BEFORE,
    );
    await odoo.start(PROCESSES);
    const watched = this.watch();
    await until(() => this.isRecoverable());
    await setTimeout(AT_WORK.least + random.below(AT_WORK.more));
    await odoo.end(() => this.lose());
    await log.ended();
    // The watch goes on, and what it notes is wrong.
    await until(() => this.notedUntil() > this.lost.getTime());
    this.watched = false;
    await watched;
    this.latency.stop();
  }

  /** A note from before the last moment of the database says that a second of work has arrived. */
  private isRecoverable(): boolean {
    const counts = this.notes.find(({ written }) => written <= this.log.until);
    return this.notedUntil(counts) > this.log.from.getTime() + 1000;
  }

  /** NaN where it is not known. */
  private notedUntil(note = this.notes[0]): number {
    return note === undefined ? NaN : Date.parse(JSON.parse(note.text).filestore?.until);
  }

  /** What a recovery to the newest moment goes back to: the answer of the function that a deployment asks. */
  async restorePoint(): Promise<Date> {
    const fencedAt = new Date().toISOString();
    this.store.put(AUDIT_COPY, FENCE, { content: JSON.stringify({ fencedAt }) });
    this.copies.backUp(BACKUP, this.log.from.toISOString(), this.log.until.toISOString());
    this.copies.replicate('DatabasePassword');
    const find = createRestorePoint({
      clients: { ...this.copies.clients, s3: this.s3 },
      settings: {
        environment: 'prod',
        bucket: AUDIT_COPY,
        key: COPIES_NOTE,
        database: { kind: 'rds', encryptionKey: KEY },
        secrets: ['DatabasePassword'],
        fence: FENCE,
        fenceNote: FENCE_NOTE,
        url: 'https://erp.example.com/web/health',
      },
      now: () => this.later,
    });
    const { Data } = await find({ RequestType: 'Create', ResourceProperties: { Wanted: 'latest' } });
    return new Date(String(Data?.['RestoreTime']));
  }

  /** When somebody looks what is left. */
  get later(): Date {
    return new Date(this.lost.getTime() + LATER_MS);
  }

  /** Every note of the watch, the newest first. */
  get notes(): readonly { readonly text: string; readonly written: Date }[] {
    return this.store
      .versionsOf(AUDIT_COPY, COPIES_NOTE)
      .map(({ content = '', modified }) => ({ text: String(content), written: modified }));
  }

  restore(moment: Date): Promise<PostgresCluster> {
    return this.log.restore(moment);
  }

  /** Whether a file has arrived. */
  hasArrived(name: string): boolean {
    return this.store.versionsOf(COPY, PREFIX + name).length > 0;
  }

  remove(): void {
    this.latency.stop();
    this.store.close();
    this.log.remove();
  }

  private file({ name, content }: Attachment): void {
    for (const bucket of [HOME, COPY]) this.store.put(bucket, PREFIX + name, { content });
    this.log.cluster.sql(
      `INSERT INTO ir_attachment (name, type, store_fname, file_size, checksum, create_date)
       VALUES ('old', 'binary', '${name}', ${content.length}, '${name.slice(3)}', '2026-11-01')`,
      'odoo',
    );
  }

  /** What Odoo has written is in the bucket after a while, and after another one in its copy. */
  private exported({ name, content }: Attachment): void {
    const { random, circumstances, files } = this;
    void setTimeout(random.below(EXPORTED_WITHIN)).then(() => {
      this.store.put(HOME, PREFIX + name, { content });
      files.send(random.below(circumstances.filesWithin), () =>
        this.store.put(COPY, PREFIX + name, { content }),
      );
    });
  }

  private lose(): void {
    this.files.lose();
    this.segments.lose();
    this.lost = new Date();
    this.log.lose();
  }

  private async watch(): Promise<void> {
    const watch = deployedWatch(this.log, this.latency, this.s3);
    while (this.watched) {
      await watch();
      await setTimeout(WATCHED_EVERY);
    }
  }
}

async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await setTimeout(LOOKED_EVERY);
}

const BACKUP = 'arn:aws:rds:eu-west-1:111122223333:auto-backup:ab-rehearsal';
