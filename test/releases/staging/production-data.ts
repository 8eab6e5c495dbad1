import { createHash } from 'node:crypto';

/** Path of an attachment below the filestore, as Odoo names it, and its content. */
export interface Attachment {
  readonly path: string;
  readonly content: string;
}

/** Attachment number `number`: another content for each, of another length. */
export function attachment(number: number): Attachment {
  const content = `attachment ${number} ${'x'.repeat(number % 50)}`;
  const name = createHash('sha1').update(content).digest('hex');
  return { path: `${name.slice(0, 2)}/${name}`, content };
}

/**
 * What makes an initialized database one of a company at work: customers, waiting mail, and everything that reaches out.
 *
 * @param rows - customers, each with some 200 bytes and several indexes.
 */
export function companyAtWork(rows: number): readonly string[] {
  return [
    // As Odoo has it; a schema, an extension and a view are what a dump has to bring in the right order.
    'ALTER TABLE ir_module_module ADD license varchar',
    "INSERT INTO ir_module_module VALUES ('mail', 'installed', '19.0.1.0', 'LGPL-3'), ('payment', 'installed', '19.0.1.0', 'LGPL-3')" +
      ' ON CONFLICT DO NOTHING',
    'CREATE SCHEMA unaccent_schema AUTHORIZATION odoo',
    'CREATE EXTENSION unaccent SCHEMA unaccent_schema',
    `CREATE TABLE customer (id serial PRIMARY KEY, name varchar NOT NULL, email varchar, parent_id int REFERENCES customer,
       note text, created timestamp DEFAULT now())`,
    `INSERT INTO customer (name, email, parent_id, note)
       SELECT 'Customer ' || n, 'customer' || n || '@example.com', nullif(n / 10, 0), repeat(md5(n::text), 4)
         FROM generate_series(1, ${rows}) n`,
    'CREATE INDEX customer_trigrams ON customer USING gin (name gin_trgm_ops)',
    'CREATE INDEX customer_email ON customer (email)',
    'CREATE VIEW customer_report AS SELECT count(*) FROM customer',
    "COMMENT ON COLUMN customer.note IS 'as in Odoo, the help of a field'",
    `CREATE TABLE mail_mail (id serial PRIMARY KEY, state varchar, email_to varchar)`,
    `INSERT INTO mail_mail (state, email_to) VALUES ('outgoing', 'customer1@example.com'), ('sent', 'customer2@example.com')`,
    `CREATE TABLE mail_template (id serial PRIMARY KEY, mail_server_id int)`,
    `ALTER TABLE ir_mail_server ADD smtp_user varchar, ADD smtp_pass varchar`,
    `INSERT INTO ir_mail_server (name, smtp_host, smtp_port, smtp_pass, smtp_authentication, smtp_encryption, active) VALUES
       ('Office', 'smtp.example.com', 25, 'live-Secret', 'login', 'none', TRUE),
       ('Mail server of the environment', NULL, 25, NULL, 'cli', 'none', TRUE)`,
    `CREATE TABLE fetchmail_server (id serial PRIMARY KEY, name varchar, password varchar, active bool)`,
    `INSERT INTO fetchmail_server (name, password, active) VALUES ('Incoming', 'live-Secret', TRUE)`,
    `CREATE TABLE ir_act_server (id serial PRIMARY KEY, state varchar, webhook_url varchar)`,
    `INSERT INTO ir_act_server (state, webhook_url) VALUES ('webhook', 'https://partner.example.com'), ('code', NULL)`,
    `CREATE TABLE ir_cron (id serial PRIMARY KEY, cron_name varchar, active bool)`,
    `INSERT INTO ir_cron (cron_name, active) VALUES ('Base: Auto-vacuum', TRUE), ('Mail: send queue', TRUE), ('Bank: fetch', TRUE),
       ('Off already', FALSE)`,
    `INSERT INTO ir_model_data VALUES ('base', 'autovacuum_job', 'ir.cron', 1), ('mail', 'send', 'ir.cron', 2)`,
    `CREATE TABLE payment_provider (id serial PRIMARY KEY, code varchar, state varchar)`,
    `INSERT INTO payment_provider (code, state) VALUES ('stripe', 'enabled'), ('demo', 'test'), ('paypal', 'disabled')`,
    `CREATE TABLE res_users_apikeys (id serial PRIMARY KEY, key varchar)`,
    `INSERT INTO res_users_apikeys (key) VALUES ('hash')`,
    `INSERT INTO ir_config_parameter (key, value) VALUES ('database.uuid', 'uuid-of-production'),
       ('database.secret', 'secret-of-production'), ('report.url', 'http://production.internal'),
       ('web.base.url.freeze', 'True'), ('auth_totp.policy', 'all_required'),
       ('odoo_aws.base_url', 'https://erp.example.com')`,
    `UPDATE ir_config_parameter SET value = 'https://odoo.example.com' WHERE key = 'web.base.url'`,
    // Made by the superuser above, in Odoo by its role.
    ...[
      'customer',
      'mail_mail',
      'mail_template',
      'fetchmail_server',
      'ir_act_server',
      'ir_cron',
      'payment_provider',
      'res_users_apikeys',
    ].map((table) => `ALTER TABLE ${table} OWNER TO odoo`),
    'ALTER VIEW customer_report OWNER TO odoo',
    'VACUUM ANALYZE',
  ];
}

/** Rows of `ir_attachment` for these files. */
export function attachmentRows(attachments: readonly Attachment[]): string {
  const values = attachments.map(
    ({ path, content }) => `('${path}', 'binary', ${Buffer.byteLength(content)}, '${path.slice(3)}')`,
  );
  return `INSERT INTO ir_attachment (store_fname, type, file_size, checksum) VALUES ${values.join(',')}`;
}
