-- Enough of an Odoo to be taken for one, with one of each of the things that a dump has to carry.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
SET ROLE odoo;
CREATE TABLE ir_module_module (id serial PRIMARY KEY, name varchar UNIQUE, state varchar, latest_version varchar);
INSERT INTO ir_module_module (name, state, latest_version) VALUES
    ('base', 'installed', '19.0.1.3'), ('web', 'installed', '19.0.1.3'), ('sale', 'installed', '19.0.1.0'),
    ('crm', 'uninstalled', NULL);
CREATE TABLE ir_config_parameter (
    id serial PRIMARY KEY, key varchar NOT NULL UNIQUE, value text NOT NULL,
    create_uid int, create_date timestamp, write_uid int, write_date timestamp);
INSERT INTO ir_config_parameter (key, value) VALUES ('database.uuid', 'f8b0'), ('web.base.url', 'https://erp.example.com');
CREATE TABLE res_partner (
    id serial PRIMARY KEY, name varchar NOT NULL, email varchar, comment jsonb, credit numeric(16, 2), color int,
    parent_id int REFERENCES res_partner ON DELETE SET NULL, write_date timestamp DEFAULT now(), image bytea,
    CHECK (name <> ''));
CREATE INDEX res_partner_name_trigram ON res_partner USING gin (name gin_trgm_ops);
CREATE UNIQUE INDEX res_partner_email ON res_partner (lower(email)) WHERE email IS NOT NULL;
COMMENT ON TABLE res_partner IS 'Contact';
CREATE TABLE res_users (
    id serial PRIMARY KEY, login varchar UNIQUE, password varchar, partner_id int REFERENCES res_partner, active bool, share bool);
CREATE TABLE ir_attachment (
    id serial PRIMARY KEY, name varchar, res_model varchar, store_fname varchar, type varchar, file_size int, checksum varchar);
CREATE INDEX ir_attachment_store_fname ON ir_attachment (store_fname);
CREATE SEQUENCE sale_order_number START 1000;
CREATE SEQUENCE never_used;
CREATE TABLE sale_order (
    id serial PRIMARY KEY, name varchar UNIQUE, partner_id int NOT NULL REFERENCES res_partner, amount numeric, note text,
    attachment_id int REFERENCES ir_attachment, created timestamptz DEFAULT clock_timestamp());
CREATE TABLE sale_order_tag_rel (
    order_id int REFERENCES sale_order ON DELETE CASCADE, tag_id int, PRIMARY KEY (order_id, tag_id));
CREATE VIEW sale_report AS SELECT partner_id, sum(amount) AS amount FROM sale_order GROUP BY partner_id;
CREATE TABLE bus_bus (id serial PRIMARY KEY, message text);
INSERT INTO res_partner (name, email, comment, credit, color, image)
    SELECT 'Müller & Söhne ' || n, 'p' || n || '@example.com', jsonb_build_object('de_DE', E'Zeile\nzwei\t"' || n),
        n * 1.5, n % 11, decode(md5(n::text), 'hex')
    FROM generate_series(1, 500) n;
UPDATE res_partner SET parent_id = id - 1 WHERE id % 3 = 0;
INSERT INTO res_users (login, password, partner_id, active) VALUES ('__system__', NULL, 1, FALSE), ('admin', 'x', 2, TRUE);
CREATE TABLE orm_signaling_registry (id serial PRIMARY KEY, date timestamp DEFAULT now());
CREATE TABLE orm_signaling_stable (id serial PRIMARY KEY, date timestamp DEFAULT now());
CREATE TABLE ir_model_data (id serial PRIMARY KEY, module varchar, name varchar, model varchar, res_id int);
INSERT INTO ir_model_data (module, name, model, res_id) VALUES
    ('base', 'user_root', 'res.users', 1), ('base', 'user_admin', 'res.users', 2);
