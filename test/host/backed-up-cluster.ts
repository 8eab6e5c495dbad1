import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackupHost } from './backup-host.ts';
import { hasProgram, HostDirectory } from './host.ts';

const VERSIONS = '/usr/lib/postgresql';
const version = existsSync(VERSIONS)
  ? readdirSync(VERSIONS).toSorted((one, other) => Number(other) - Number(one))[0]
  : undefined;

/** The programs become postgres, as on the server, which only root may do. */
export const canBackUp =
  process.getuid?.() === 0 && hasProgram('pgbackrest') && version !== undefined && hasProgram('setpriv');

/** A real cluster with an Odoo's tables that real pgBackRest archives to a directory, in the places of the server. */
export class BackedUpCluster {
  readonly bundle = new HostDirectory();
  readonly host = new BackupHost(this.bundle.path);
  readonly version = String(version);
  readonly path = join(this.host.data, `postgresql/clusters/${version}/main`);
  /** What the programs need to find the repository. */
  readonly environment: Record<string, string>;

  /** @param parameters - of PostgreSQL, beside those of the server */
  constructor(parameters: Readonly<Record<string, string>> = {}) {
    const { host, bundle } = this;
    mkdirSync(this.path, { recursive: true });
    mkdirSync(join(host.data, 'postgresql/proving'));
    for (const folder of ['repository', 'spool', 'log', 'lock']) mkdirSync(join(host.path, folder));
    this.environment = { PGBACKREST_CONFIG: this.configurePgBackRest() };
    writeFileSync(join(host.path, 'web.conf'), '[options]\ndb_password = new%Secret\n');
    execFileSync('chown', ['-R', 'postgres:postgres', host.path]);
    const program = `${VERSIONS}/${version}/bin/initdb`;
    this.asPostgres(program, '-D', this.path, '-E', 'UTF8', '--locale=C.UTF-8', '-k');
    const own = { ...parameters, unix_socket_directories: host.path };
    const lines = Object.entries(own).map(([name, value]) => `${name} = '${value}'\n`);
    writeFileSync(
      join(host.path, 'postgresql.conf'),
      `${readFileSync(join(bundle.path, 'postgresql/odoo.conf'), 'utf8')}\n${lines.join('')}`,
    );
    this.start();
    this.asPostgres('pgbackrest', '--stanza=odoo', 'stanza-create');
    this.sql(
      "CREATE ROLE odoo LOGIN PASSWORD 'old'; CREATE ROLE odoo_setup LOGIN PASSWORD 'known'",
      'postgres',
    );
    this.sql("CREATE DATABASE odoo OWNER odoo TEMPLATE template0 LC_COLLATE 'C'", 'postgres');
    this.sql(`CREATE EXTENSION pg_trgm; CREATE TABLE orders (id int);
      CREATE TABLE ir_module_module (name text, state text, latest_version text);
      INSERT INTO ir_module_module VALUES ('base', 'installed', '19.0.1.3'), ('web', 'installed', '19.0.1.0');
      CREATE TABLE res_users (id int PRIMARY KEY, login text, active bool, share bool);
      INSERT INTO res_users VALUES (1, '__system__', false, false), (2, 'admin', true, false);
      CREATE TABLE ir_attachment (store_fname text, type text, file_size int, checksum text)`);
  }

  asPostgres(command: string, ...parameters: string[]): string {
    return execFileSync(
      'setpriv',
      ['--reuid=postgres', '--regid=postgres', '--init-groups', command, ...parameters],
      {
        encoding: 'utf8',
        env: { ...process.env, ...this.environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
  }

  control(...parameters: string[]): string {
    const program = `${VERSIONS}/${version}/bin/pg_ctl`;
    return this.asPostgres(program, `--pgdata=${this.path}`, '--silent', '--wait', ...parameters);
  }

  start(): void {
    this.control(
      'start',
      `--log=${join(this.host.path, 'postgresql.log')}`,
      `--options=-c config_file=${this.host.path}/postgresql.conf`,
    );
  }

  sql(statement: string, database = 'odoo'): string {
    const options = ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-h', this.host.path, '-d', database];
    return this.asPostgres('psql', ...options, '-c', statement).trim();
  }

  /** Path of a program of PostgreSQL. */
  program(name: string): string {
    return `${VERSIONS}/${version}/bin/${name}`;
  }

  /** Ends it, whatever it is doing. */
  remove(): void {
    this.control('stop', '--mode=immediate');
    this.host.remove();
    this.bundle.remove();
  }

  /** The server's own configuration with a directory in the place of S3. */
  private configurePgBackRest(): string {
    const { host } = this;
    const file = join(host.path, 'pgbackrest.conf');
    const text = readFileSync(join(this.bundle.path, 'pgbackrest.conf'), 'utf8')
      .replace(/^repo1-s3.*\n/gm, '')
      .replace('repo1-type=s3', 'repo1-type=posix')
      .replace('repo1-path=/server/pgbackrest', `repo1-path=${host.path}/repository`)
      .replace('{{BACKUP_PASSPHRASE}}', 'a passphrase')
      .replace('/srv/data', host.data)
      .replace('{{POSTGRESQL_VERSION}}', this.version)
      .replace('/var/run/postgresql', host.path)
      .replace('/var/lib/pgbackrest/lock', `${host.path}/lock`)
      .replaceAll(/\/var\/(log|spool)\/pgbackrest/g, `${host.path}/$1`);
    writeFileSync(file, text);
    return file;
  }
}
