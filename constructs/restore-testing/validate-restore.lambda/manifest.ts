import * as z from 'zod/mini';
import type { Database } from './database.ts';

/**
 * Whose rows are counted: what a company would miss first, and every Odoo has or gets with the usual modules. Not what is
 * cleared away in the ordinary course of things, sessions or the bus for example.
 */
const COUNTED = [
  'res_company',
  'res_partner',
  'res_users',
  'ir_attachment',
  'mail_message',
  'product_template',
  'sale_order',
  'purchase_order',
  'stock_move',
  'mrp_production',
  'account_move',
  'account_move_line',
  'crm_lead',
  'hr_employee',
] as const;

export const manifestSchema = z.object({
  /** ISO 8601, before the backup that it belongs to was begun. */
  takenAt: z.iso.datetime(),
  /** Version of the module `base`, for example `19.0.1.3`. */
  base: z.string(),
  /** Number of rows by table, of the counted tables that there were. */
  rows: z.record(z.string(), z.int().check(z.nonnegative())),
  /** When the newest of their records was made; null in an Odoo without any. */
  newestRecord: z.nullable(z.iso.datetime()),
  /** Where the attachments are listed; absent where they are in a bucket, whose versions are looked at instead. */
  attachments: z.optional(
    z.object({
      /** Key in the audit bucket. */
      list: z.string(),
      files: z.int().check(z.nonnegative()),
    }),
  ),
});

/** What was in the database when a backup was made, for what comes back to be compared with. */
export type Manifest = z.infer<typeof manifestSchema>;

/** @throws if there is none. */
export function required(manifest: Manifest | undefined): Manifest {
  if (manifest === undefined) throw new Error('nobody has noted what was there when the backup was made');
  return manifest;
}

/** Counts what is there. Minutes for a database of 100 GB: every row of the large tables is visited. */
export async function takeManifest(database: Database, now: Date): Promise<Manifest> {
  const tables = await existing(database, COUNTED);
  const rows: Record<string, number> = {};
  for (const table of tables) rows[table] = await countRows(database, table);
  const newest = await newestRecord(database, tables);
  return {
    takenAt: now.toISOString(),
    base: await baseVersion(database),
    rows,
    newestRecord: newest?.toISOString() ?? null,
  };
}

export async function existing(database: Database, tables: readonly string[]): Promise<readonly string[]> {
  const found = await database.rows<{ name: string }>(
    `SELECT name FROM unnest($1::text[]) name WHERE to_regclass('public.' || quote_ident(name)) IS NOT NULL`,
    [tables],
  );
  return found.map(({ name }) => name);
}

export async function countRows(database: Database, table: string): Promise<number> {
  const { count } = await database.row<{ count: string }>(`SELECT count(*) FROM public.${quoted(table)}`);
  return Number(count);
}

/** Odoo's times are in UTC, in columns without a zone. The highest id is found by its index, the newest time is not. */
export async function newestRecord(database: Database, tables: readonly string[]): Promise<Date | undefined> {
  let newest: number | undefined;
  for (const table of tables) {
    const [last] = await database.rows<{ created: string | null }>(
      `SELECT extract(epoch FROM create_date) AS created FROM public.${quoted(table)} WHERE create_date IS NOT NULL ORDER BY id DESC LIMIT 1`,
    );
    if (last?.created == null) continue;
    newest = Math.max(newest ?? 0, Number(last.created) * 1000);
  }
  return newest === undefined ? undefined : new Date(newest);
}

export async function baseVersion(database: Database): Promise<string> {
  const [base] = await database.rows<{ version: string | null }>(
    `SELECT latest_version AS version FROM ir_module_module WHERE name = 'base'`,
  );
  return base?.version ?? 'unknown';
}

/** Names come from a file, too. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
