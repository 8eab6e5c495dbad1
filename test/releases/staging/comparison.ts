import type { PostgresCluster } from '../../support/postgres.ts';

/** Tables that a neutralized copy has otherwise, each for a reason. */
const CHANGED = new Set([
  'fetchmail_server',
  'ir_act_server',
  'ir_config_parameter',
  'ir_cron',
  'ir_mail_server',
  'mail_mail',
  'orm_signaling_registry',
  'orm_signaling_stable',
  'payment_provider',
  'res_users_apikeys',
]);

/** What a neutralized copy has to have as production has it: its shape, and every row of the other tables. */
export function keptOf(cluster: PostgresCluster): unknown {
  const tables = tablesOf(cluster).filter((name) => !CHANGED.has(name));
  return {
    // Without the mail server that Odoo adds, and the word to running nodes.
    shape: shapeOf(cluster).filter(
      (line) => !/^sequence\|(ir_mail_server|ir_config_parameter|orm_signaling)/.test(line),
    ),
    rows: Object.fromEntries(tables.map((table) => [table, rowsOf(cluster, table)])),
  };
}

/** Everything of a database that a dump could lose, as text, to be compared line by line. */
function shapeOf(cluster: PostgresCluster): readonly string[] {
  return cluster
    .sql(
      [
        `SELECT 'table', n.nspname, relname, relkind, relowner::regrole, obj_description(c.oid)
           FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
          WHERE n.nspname !~ '^(pg_|information_schema)' ORDER BY 2, 3`,
        `SELECT 'index', indexdef FROM pg_indexes WHERE schemaname !~ '^pg_' ORDER BY 2`,
        `SELECT 'constraint', conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
          WHERE connamespace = 'public'::regnamespace ORDER BY 2, 3`,
        `SELECT 'column', relname, attname, format_type(atttypid, atttypmod), attnotnull,
                col_description(attrelid, attnum)
           FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
          WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') AND attnum > 0 AND NOT attisdropped ORDER BY 2, 3`,
        `SELECT 'sequence', sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 2`,
        `SELECT 'extension', extname, extnamespace::regnamespace FROM pg_extension ORDER BY 2`,
      ],
      'odoo',
    )
    .split('\n');
}

/** Every row of a table. */
export function rowsOf(cluster: PostgresCluster, table: string): readonly string[] {
  return cluster.sql(`SELECT t FROM ${table} t ORDER BY t::text`, 'odoo').split('\n');
}

/** Names of the tables of Odoo's database. */
export function tablesOf(cluster: PostgresCluster): readonly string[] {
  return cluster
    .sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1", 'odoo')
    .split('\n');
}
