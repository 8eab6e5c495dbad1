import { Client } from 'pg';

/** How long a statement may take, ms: the pages of a database that was just restored come from S3 when they are first read. */
const STATEMENT_MS = 10 * 60_000;
const CONNECT_MS = 20_000;

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** Asked for when it is needed: a token of IAM is good for 15 minutes. */
  readonly password: () => Promise<string>;
  /** Certificates that vouch for the server's, PEM. */
  readonly ca: string;
  /**
   * Who is at work, as `pg_stat_activity` shows it.
   *
   * @default odoo-restore-validation
   */
  readonly application?: string;
}

/** A session that reads, and can do nothing else. */
export class Database {
  private readonly client: Client;

  private constructor(client: Client) {
    this.client = client;
  }

  /** @throws if it cannot be reached, if its certificate is not for its name, or if it does not let this user in. */
  static async connect({
    host,
    ca,
    application = 'odoo-restore-validation',
    ...endpoint
  }: Endpoint): Promise<Database> {
    const client = new Client({
      ...endpoint,
      host,
      // The name is compared with the certificate's: libpq's verify-full.
      ssl: { ca, rejectUnauthorized: true },
      application_name: application,
      options: '-c default_transaction_read_only=on',
      connectionTimeoutMillis: CONNECT_MS,
      statement_timeout: STATEMENT_MS,
    });
    // A connection that breaks between two statements shows in the next one.
    client.on('error', () => undefined);
    await client.connect();
    return new Database(client);
  }

  async rows<Row extends object>(
    statement: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Row[]> {
    const { rows } = await this.client.query<Row>(statement, [...values]);
    return rows;
  }

  /**
   * The rows of a statement, so many at a time, and at last fewer or none. The database sorts once and not for each of them;
   * there can be one such statement at a time.
   */
  async *batches<Row extends object>(
    size: number,
    statement: string,
    values: readonly unknown[],
  ): AsyncGenerator<readonly Row[]> {
    await this.rows('BEGIN');
    try {
      await this.rows(`DECLARE batches NO SCROLL CURSOR FOR ${statement}`, values);
      let batch: readonly Row[];
      do {
        batch = await this.rows<Row>(`FETCH ${size} FROM batches`);
        yield batch;
      } while (batch.length === size);
    } finally {
      await this.rows('ROLLBACK');
    }
  }

  /** The one row of a statement that always has one. */
  async row<Row extends object>(statement: string, values: readonly unknown[] = []): Promise<Row> {
    const [row] = await this.rows<Row>(statement, values);
    if (row === undefined) throw new Error(`no row: ${statement}`);
    return row;
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}
