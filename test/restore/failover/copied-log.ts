import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Random } from '../../../config/simulation/random.ts';
import {
  findPostgres,
  own,
  type PostgresCluster,
  startPostgres,
  unprivileged,
} from '../../support/postgres.ts';
import { connect } from './odoo-at-work.ts';
import type { OnItsWay } from './on-its-way.ts';

/** Names of the files of the log; others in the archive are about backups. */
const SEGMENT = /^[0-9A-F]{24}$/;

/**
 * A database with a log that is archived, a copy of it as it was once, and the log as far as it has arrived in the other Region:
 * what RDS restores a moment from.
 */
export class CopiedLog {
  readonly cluster: PostgresCluster;
  /** The copy can be restored from this moment on. */
  from = new Date(NaN);
  /** Everything that was committed by then has arrived. */
  until = new Date(NaN);
  private readonly folder: string;
  /** By the file of the log that has it: a moment before which nothing is missing. */
  private readonly complete = new Map<string, Date>();
  private readonly seen = new Set<string>();
  private session: Client | undefined;
  private arrived = 0;
  private stopped = false;
  private at: Promise<unknown> = Promise.resolve();

  static async start(): Promise<CopiedLog> {
    const folder = mkdtempSync(join(tmpdir(), 'copied-log-'));
    chmodSync(folder, 0o755);
    for (const name of ['archive', 'copied']) {
      mkdirSync(join(folder, name));
      own(join(folder, name), unprivileged());
    }
    const archive = join(folder, 'archive');
    const cluster = await startPostgres({
      segmentMiB: 1,
      settings: {
        archive_mode: 'on',
        archive_command: `cp %p ${archive}/.%f && mv ${archive}/.%f ${archive}/%f`,
        track_commit_timestamp: 'on',
      },
    });
    return new CopiedLog(folder, cluster);
  }

  private constructor(folder: string, cluster: PostgresCluster) {
    this.folder = folder;
    this.cluster = cluster;
  }

  /** Copies the database as it is, and from then on its log. @param within - milliseconds until a file has arrived, at most. */
  async copy(way: OnItsWay, random: Random, within: number): Promise<void> {
    const { directory, port, identity } = this.cluster;
    const socket = ['-h', directory, '-p', `${port}`, '-U', 'bootstrap'];
    const target = ['-D', this.base, '-X', 'none', '--checkpoint=fast', '--no-sync'];
    own(this.folder, identity);
    execFileSync(join(findPostgres(), 'pg_basebackup'), [...socket, ...target], {
      ...identity,
      cwd: this.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.session = await connect(this.cluster);
    await this.session.query('CREATE TABLE heartbeat (at timestamptz)');
    this.from = new Date();
    this.at = Promise.all([this.beat(this.session, random), this.send(way, random, within)]);
  }

  /** The database is gone, and nothing is copied any more. */
  lose(): void {
    this.stopped = true;
    this.cluster.crash();
  }

  /** When it has been lost, and nobody works on it any more. */
  async ended(): Promise<void> {
    await this.at;
    await this.session?.end().catch(() => undefined);
  }

  /** A database as of a moment, from what has arrived. */
  restore(moment: Date): Promise<PostgresCluster> {
    return startPostgres({
      restore: (data) => {
        execFileSync('cp', ['-a', `${this.base}/.`, data]);
        writeFileSync(join(data, 'recovery.signal'), '');
        own(join(data, 'recovery.signal'), this.cluster.identity);
      },
      settings: {
        restore_command: `cp ${join(this.folder, 'copied')}/%f %p`,
        // It is read before the server knows the names of zones.
        recovery_target_time: moment.toISOString().replace('Z', '+00'),
        recovery_target_action: 'promote',
        // Nobody is let in before it is recovered.
        hot_standby: 'off',
        track_commit_timestamp: 'on',
      },
    });
  }

  remove(): void {
    this.cluster.stop();
    rmSync(this.folder, { recursive: true });
  }

  private get base(): string {
    return join(this.folder, 'base');
  }

  /** As RDS does: it writes now and then by itself, and closes the file of the log, so that one that is idle has a newest moment too. */
  private async beat(session: Client, random: Random): Promise<void> {
    try {
      while (!this.stopped) {
        const { rows } = await session.query<{ at: Date }>(
          'INSERT INTO heartbeat VALUES (clock_timestamp()) RETURNING at',
        );
        const file = await session.query<{ name: string }>(
          'SELECT pg_walfile_name(pg_current_wal_lsn()) AS name',
        );
        const [[beat], [segment]] = [rows, file.rows];
        if (beat && segment) this.complete.set(segment.name, beat.at);
        await session.query('SELECT pg_switch_wal()');
        await setTimeout(100 + random.below(200));
      }
    } catch (error) {
      if (!this.stopped) throw error;
    }
  }

  /** One file after another, as RDS needs them. */
  private async send(way: OnItsWay, random: Random, within: number): Promise<void> {
    while (!this.stopped) {
      const ready = readdirSync(join(this.folder, 'archive'))
        .filter((name) => !name.startsWith('.') && !this.seen.has(name))
        .toSorted();
      for (const name of ready) {
        this.seen.add(name);
        this.arrived = Math.max(this.arrived, Date.now() + random.below(within));
        way.send(this.arrived - Date.now(), () => this.arrive(name));
      }
      await setTimeout(20);
    }
  }

  private arrive(name: string): void {
    const copy = join(this.folder, 'copied', name);
    copyFileSync(join(this.folder, 'archive', name), copy);
    own(copy, this.cluster.identity);
    const complete = this.complete.get(name);
    if (SEGMENT.test(name) && complete !== undefined) this.until = complete;
  }
}
