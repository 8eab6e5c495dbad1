-- An Odoo with some years of work, as far as a validation looks: tables, columns and constraints are Odoo's own.
CREATE EXTENSION pg_trgm;
SET ROLE odoo;
CREATE TABLE ir_module_module (
    id serial PRIMARY KEY, name varchar NOT NULL UNIQUE, state varchar, latest_version varchar, license varchar);
INSERT INTO ir_module_module (name, state, latest_version) VALUES
    ('base', 'installed', '19.0.1.3'), ('web', 'installed', '19.0.1.0'), ('mail', 'installed', '19.0.1.19'),
    ('sale', 'installed', '19.0.1.2'), ('account', 'installed', '19.0.1.4'), ('crm', 'uninstalled', NULL);
CREATE TABLE ir_config_parameter (
    id serial PRIMARY KEY, key varchar NOT NULL UNIQUE, value text NOT NULL, create_date timestamp, write_date timestamp);
INSERT INTO ir_config_parameter (key, value) VALUES ('database.uuid', '0e2d7c1c-9d1e-4e57-a2b2-54bb0b6a3a56');
CREATE TABLE res_company (id serial PRIMARY KEY, name varchar NOT NULL, create_date timestamp);
INSERT INTO res_company (name, create_date) VALUES ('Müller & Söhne', timestamp '2019-03-01');
CREATE TABLE res_partner (
    id serial PRIMARY KEY, name varchar, email varchar, parent_id int REFERENCES res_partner ON DELETE SET NULL,
    create_date timestamp, write_date timestamp);
CREATE TABLE res_users (
    id serial PRIMARY KEY, login varchar NOT NULL UNIQUE, password varchar, active boolean DEFAULT TRUE, share boolean,
    partner_id int NOT NULL REFERENCES res_partner ON DELETE RESTRICT, create_date timestamp);
CREATE TABLE ir_attachment (
    id serial PRIMARY KEY, name varchar NOT NULL, type varchar NOT NULL, res_model varchar, res_id int, store_fname varchar,
    file_size int, checksum varchar(40), db_datas bytea, url varchar, create_date timestamp);
CREATE INDEX ir_attachment_store_fname_index ON ir_attachment (store_fname);
CREATE TABLE sale_order (
    id serial PRIMARY KEY, name varchar NOT NULL, state varchar, partner_id int NOT NULL REFERENCES res_partner,
    amount_total numeric, create_date timestamp);
CREATE TABLE account_move (
    id serial PRIMARY KEY, name varchar, state varchar NOT NULL, move_type varchar NOT NULL,
    partner_id int REFERENCES res_partner, date date NOT NULL, create_date timestamp);
CREATE TABLE account_move_line (
    id serial PRIMARY KEY, move_id int NOT NULL REFERENCES account_move ON DELETE CASCADE, debit numeric, credit numeric,
    create_date timestamp);
INSERT INTO res_partner (name, email, create_date)
    SELECT 'Partner ' || n, 'partner' || n || '@example.com', timestamp '2020-01-01' + n * interval '1 hour'
    FROM generate_series(1, 2000) n;
INSERT INTO res_users (login, active, share, partner_id, create_date) VALUES
    ('__system__', FALSE, FALSE, 1, timestamp '2019-03-01'), ('admin', TRUE, FALSE, 2, timestamp '2019-03-01'),
    ('anna@example.com', TRUE, FALSE, 3, timestamp '2020-03-01'), ('customer@example.com', TRUE, TRUE, 4, timestamp '2021-03-01');
INSERT INTO sale_order (name, state, partner_id, amount_total, create_date)
    SELECT 'S' || n, 'sale', 1 + n % 2000, n, timestamp '2020-01-01' + n * interval '2 hours' FROM generate_series(1, 1000) n;
INSERT INTO account_move (name, state, move_type, partner_id, date, create_date)
    SELECT 'INV/2026/' || n, 'posted', 'out_invoice', 1 + n % 2000, date '2020-01-01' + n,
        timestamp '2020-01-01' + n * interval '3 hours'
    FROM generate_series(1, 500) n;
INSERT INTO account_move_line (move_id, debit, credit, create_date)
    SELECT 1 + n % 500, n, n, timestamp '2020-01-01' + n * interval '1 hour' FROM generate_series(1, 1500) n;
