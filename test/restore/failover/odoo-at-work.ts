import { setTimeout } from 'node:timers/promises';
import { Client } from 'pg';
import type { Random } from '../../../config/simulation/random.ts';
import type { PostgresCluster } from '../../support/postgres.ts';
import { attachment, type Attachment } from '../restored-company.ts';

const DATABASE = 'odoo';

/** Milliseconds between two transactions of a process, at most. */
const PAUSE = 30;

/** Every transaction writes what it does beside it: the times of these rows' commits are the history. */
const HISTORY = `CREATE TABLE history (id bigserial PRIMARY KEY, what text NOT NULL, store_fname varchar)`;

/** A transaction, and when PostgreSQL committed it. */
export interface Work {
  readonly id: number;
  readonly what: 'attached' | 'sold' | 'removed';
  /** Name of the attachment; absent where there is none. */
  readonly file?: string;
  /** Milliseconds since 1970, with what PostgreSQL knows beyond them. */
  readonly committed: number;
}

/** Where attachments are kept. */
export interface Files {
  write(file: Attachment): void;
  remove(name: string): void;
}

/** Processes of an Odoo that sell, attach and delete, until their database is gone. */
export class OdooAtWork {
  private readonly cluster: PostgresCluster;
  private readonly random: Random;
  private readonly files: Files;
  private readonly attached: string[] = [];
  private processes: Promise<void>[] = [];
  private number: number;
  private over = false;
  private commits: Promise<unknown> = Promise.resolve();

  /** @param first - number of the first attachment that is not there yet. */
  constructor(cluster: PostgresCluster, files: Files, random: Random, first: number) {
    this.cluster = cluster;
    this.files = files;
    this.random = random;
    this.number = first;
  }

  async start(processes: number): Promise<void> {
    this.cluster.sql(HISTORY, DATABASE);
    const sessions = Array.from({ length: processes }, () => connect(this.cluster));
    this.processes = (await Promise.all(sessions)).map((session) => this.work(session));
  }

  /** @param lose - takes the database away. */
  async end(lose: () => void): Promise<void> {
    this.over = true;
    lose();
    await Promise.all(this.processes);
  }

  private async work(session: Client): Promise<void> {
    try {
      while (!this.over) {
        await this.transaction(session);
        await setTimeout(this.random.below(PAUSE));
      }
    } catch (error) {
      if (!this.over) throw error;
    } finally {
      await session.end().catch(() => undefined);
    }
  }

  private transaction(session: Client): Promise<void> {
    const dice = this.random.next();
    if (dice < 0.5) return this.attach(session);
    if (dice < 0.6) return this.giveUp(session);
    return dice < 0.8 ? this.sell(session) : this.remove(session);
  }

  /** As Odoo does: the file first, so that no row is ever without. */
  private async attach(session: Client): Promise<void> {
    const name = await this.insertAttachment(session);
    await this.commit(session, 'attached', name);
    this.attached.push(name);
  }

  /** The file stays, and no row names it. */
  private async giveUp(session: Client): Promise<void> {
    await this.insertAttachment(session);
    await session.query('ROLLBACK');
  }

  private async insertAttachment(session: Client): Promise<string> {
    const file = attachment(this.number++);
    this.files.write(file);
    await session.query('BEGIN');
    await session.query(
      `INSERT INTO ir_attachment (name, type, store_fname, file_size, checksum, create_date)
       VALUES ('document', 'binary', $1, $2, $3, now() AT TIME ZONE 'UTC')`,
      [file.name, file.content.length, file.name.slice(3)],
    );
    return file.name;
  }

  private async sell(session: Client): Promise<void> {
    await session.query('BEGIN');
    await session.query(
      `INSERT INTO sale_order (name, state, partner_id, amount_total, create_date)
       VALUES ('S', 'sale', 1, 1, now() AT TIME ZONE 'UTC')`,
    );
    await this.commit(session, 'sold');
  }

  /** The row first, and its file afterwards. */
  private async remove(session: Client): Promise<void> {
    const [name] = this.attached.splice(this.random.below(this.attached.length), 1);
    if (name === undefined) return;
    await session.query('BEGIN');
    await session.query('DELETE FROM ir_attachment WHERE store_fname = $1', [name]);
    await this.commit(session, 'removed', name);
    this.files.remove(name);
  }

  /**
   * One after another: of two at once, PostgreSQL may write the one with the later time first, and a recovery to the moment between
   * them has neither.
   */
  private async commit(session: Client, what: Work['what'], file?: string): Promise<void> {
    await session.query('INSERT INTO history (what, store_fname) VALUES ($1, $2)', [what, file]);
    const committed = this.commits.then(() => session.query('COMMIT'));
    this.commits = committed;
    await committed;
  }
}

/** Everything that was committed, by the database itself. */
export async function historyOf(cluster: PostgresCluster): Promise<readonly Work[]> {
  const session = await connect(cluster);
  const { rows } = await session.query<{ id: string; what: Work['what']; file: string | null; at: number }>(
    `SELECT id, what, store_fname AS file, 1000 * extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 AS at
       FROM history ORDER BY at, id`,
  );
  await session.end();
  return rows.map(({ id, what, file, at }) => ({
    id: Number(id),
    what,
    ...(file !== null && { file }),
    committed: at,
  }));
}

/** Attachments that the rows of the database name. */
export async function attachmentsOf(cluster: PostgresCluster): Promise<readonly string[]> {
  const session = await connect(cluster);
  const { rows } = await session.query<{ name: string }>(
    'SELECT store_fname AS name FROM ir_attachment WHERE store_fname IS NOT NULL ORDER BY 1',
  );
  await session.end();
  return rows.map(({ name }) => name);
}

/** A session of the superuser, by the socket. */
export async function connect({ directory, port }: PostgresCluster): Promise<Client> {
  const session = new Client({ host: directory, port, user: 'bootstrap', database: DATABASE });
  // The loss of the database shows in the next statement.
  session.on('error', () => undefined);
  await session.connect();
  return session;
}
