-- Messages and accounting lines in the proportions of an Odoo with some years behind it: about 1 GB with indexes where the
-- setting test.scale is 1.
SET ROLE odoo;
CREATE TABLE mail_message (
    id serial PRIMARY KEY, model varchar, res_id int, subject varchar, body text, author_id int, date timestamp,
    message_id varchar);
INSERT INTO mail_message (model, res_id, subject, body, author_id, date, message_id)
    SELECT 'sale.order', n % 100000, 'Re: order ' || n, (
            SELECT string_agg(md5((n * 7 + part)::text), ' ') FROM generate_series(1, 10) part),
        1 + n % 500, timestamp '2020-01-01' + n * interval '3 minutes', md5(n::text) || '@example.com'
    FROM generate_series(1, (880000 * current_setting('test.scale')::numeric)::int) n;
CREATE INDEX mail_message_model_res_id ON mail_message (model, res_id);
CREATE INDEX mail_message_message_id ON mail_message (message_id);
CREATE INDEX mail_message_author_id ON mail_message (author_id);
CREATE TABLE account_move_line (
    id serial PRIMARY KEY, move_id int, account_id int, partner_id int REFERENCES res_partner, name varchar, ref varchar,
    debit numeric(16, 2), credit numeric(16, 2), balance numeric(16, 2), date date, create_date timestamp);
INSERT INTO account_move_line (move_id, account_id, partner_id, name, ref, debit, credit, balance, date, create_date)
    SELECT n / 3, n % 200, 1 + n % 500, 'INV/2026/' || n, 'ref ' || md5(n::text), n % 1000, 0, n % 1000,
        date '2020-01-01' + n % 2500, now()
    FROM generate_series(1, (2200000 * current_setting('test.scale')::numeric)::int) n;
CREATE INDEX account_move_line_move_id ON account_move_line (move_id);
CREATE INDEX account_move_line_account_date ON account_move_line (account_id, date);
CREATE INDEX account_move_line_partner_id ON account_move_line (partner_id);
CREATE INDEX account_move_line_ref ON account_move_line (ref);
