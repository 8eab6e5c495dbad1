import * as z from 'zod/mini';
import type { Database } from '../../restore-testing/validate-restore.lambda/database.ts';

/** What waits longer than this is left: who asks for a lock keeps everybody waiting who comes later. */
const LOCK_TIMEOUT = '1s';
/** What takes longer ends: as long as a table is analyzed, nobody can change its columns. */
const STATEMENT_TIMEOUT = '30s';

/** For everything that is analyzed, ms. What is left is behind next week as well, and further. */
const ANALYZE_MS = 8 * 60_000;

export const SEVERITIES = ['urgent', 'soon', 'note'] as const;

export const findingSchema = z.object({
  check: z.string(),
  severity: z.enum(SEVERITIES),
  /** Table, index, sequence, session or slot. */
  object: z.string(),
  seen: z.string(),
  advice: z.string(),
});
export type Finding = z.infer<typeof findingSchema>;

const lookSchema = z.object({
  findings: z.array(findingSchema),
  measures: z.record(z.string(), z.number()),
});

export const reportSchema = z.extend(lookSchema, {
  environment: z.string(),
  /** ISO 8601. */
  at: z.iso.datetime(),
  /** Tables whose statistics were behind, and are not any more. */
  analyzed: z.array(z.string()),
  /** Tables of which they still are, and why. */
  left: z.array(z.object({ table: z.string(), because: z.string() })),
});
/** What one run has done and found; `backup/maintenance.py` of the single server writes the same. */
export type MaintenanceReport = z.infer<typeof reportSchema>;

/** The two statements, of `files`. */
export interface Statements {
  readonly staleTables: string;
  readonly look: string;
}

const staleSchema = z.array(z.object({ name: z.string(), may: z.boolean() }));

/** Refreshes the statistics that are behind, and looks at the database. Whoever works in it does not wait for that. */
export async function maintain(
  database: Database,
  { staleTables, look }: Statements,
  now: () => Date,
): Promise<Omit<MaintenanceReport, 'environment'>> {
  const deadline = now().getTime() + ANALYZE_MS;
  await database.rows(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
  await database.rows(`SET statement_timeout = '${STATEMENT_TIMEOUT}'`);
  const analyzed: string[] = [];
  const left: { table: string; because: string }[] = [];
  for (const { name: table, may } of staleSchema.parse(await document(database, staleTables))) {
    const because = !may
      ? 'this role may not'
      : now().getTime() > deadline
        ? 'there was no time left'
        : await analyze(database, table);
    if (because === undefined) analyzed.push(table);
    else left.push({ table, because });
  }
  return { at: now().toISOString(), analyzed, left, ...lookSchema.parse(await document(database, look)) };
}

/** Returns why it could not. */
async function analyze(database: Database, table: string): Promise<string | undefined> {
  try {
    // The name comes quoted from the database.
    await database.rows(`ANALYZE ${table}`);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function document(database: Database, statement: string): Promise<unknown> {
  const { document: text } = await database.row<{ document: string }>(statement);
  return JSON.parse(text);
}

/** Key of a report in the audit bucket, below its prefix. */
export function keyOf({ at, findings }: Pick<MaintenanceReport, 'at' | 'findings'>): string {
  return `${at}-${findings[0]?.severity ?? 'well'}.json`;
}

/** When a report was made, by its key; undefined for every other key. */
export function momentOf(key: string): Date | undefined {
  const [, at] = /(\d{4}-[^/]+Z)-(?:urgent|soon|note|well)\.json$/.exec(key) ?? [];
  return at === undefined ? undefined : new Date(at);
}
