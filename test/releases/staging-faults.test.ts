import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DATABASE_PASSWORD } from '../constructs/database-job/job-bench.ts';
import { own } from '../support/postgres.ts';
import { attachmentsOf, TwoEnvironments } from './staging/two-environments.ts';

// The real job between two real PostgreSQL servers, killed and hindered wherever it can be.
let environments: TwoEnvironments;
const attachments = attachmentsOf(300);

beforeAll(async () => {
  environments = await TwoEnvironments.start(5000, attachments);
});
afterAll(() => environments?.stop());
beforeEach(() => {
  environments.resetStaging();
  environments.putInFilestore(attachments);
});

describe('a run that is killed', () => {
  it.each([
    'drop_unfinished',
    'create',
    'Transfer.dump_schema',
    'make_extensions',
    'Transfer.restore_rows',
    'Transfer.make_indexes',
    'compare',
    'restore_from_server',
    'verify',
    'require_module_files',
    'neutralize_modules',
    'remove_what_is_left',
    'neutralize',
    'apply_settings',
    'check_attachments',
    'hold_services',
    'refuse_live_copy',
  ])('after %s leaves what staging served in its place, and the next run ends well', async (step) => {
    expect((await environments.receive({ killedAfter: step })).signal).toBe('SIGKILL');
    expect(environments.servesOldStaging()).toBe(true);
    expect((await environments.receive()).report).toMatchObject({ outcome: 'succeeded' });
    expect(environments.parameter('database.is_neutralized')).toBe('true');
  });

  it('in the middle of odoo neutralize does so too', async () => {
    expect((await environments.receive({ neutralize: 'killed' })).signal).toBe('SIGKILL');
    expect(environments.servesOldStaging()).toBe(true);
    expect((await environments.receive()).code).toBe(0);
  });

  it('right after the copy got the served name has served nothing that is not neutralized', async () => {
    expect((await environments.receive({ killedAfter: 'put_in_service' })).signal).toBe('SIGKILL');
    expect(environments.parameter('database.is_neutralized')).toBe('true');
    expect((await environments.receive()).code).toBe(0);
  });
});

describe('the second lock', () => {
  it.each([
    ['{"copyOf": "prod"}', false],
    ['{"copyOf": "prod", "neutralized": false}', false],
    ['{"copyOf": "prod", "neutralized": "yes"}', false],
    ['{"copyOf": "prod", "neutralized": true}', true],
    ['{"releases": [["a"]]}', true],
    ["in somebody''s words", true],
  ])('with the comment %s: put in service %s', async (comment, expected) => {
    const { cluster } = environments.staging;
    cluster.sql([
      'CREATE DATABASE odoo_incoming OWNER odoo',
      `COMMENT ON DATABASE odoo_incoming IS '${comment}'`,
    ]);
    const output = await putInService();
    expect(environments.databases().includes('odoo_incoming')).toBe(!expected);
    expect(output).toContain(expected ? 'in service' : 'is a copy of prod that was not found neutralized');
  });
});

/** The function through which alone a database gets the served name, called with nothing around it. */
function putInService(): Promise<string> {
  const { cluster, python } = environments.staging;
  const program = [
    'import sys, types, psycopg2',
    `sys.path.insert(0, ${JSON.stringify(new URL('../../constructs/database-job/files', import.meta.url).pathname)})`,
    'from databases import put_in_service',
    `lock = psycopg2.connect(host=${JSON.stringify(cluster.directory)}, port=${cluster.port}, user='bootstrap', dbname='postgres')`,
    'lock.autocommit = True',
    "put_in_service(types.SimpleNamespace(lock=lock), 'odoo_incoming', 'odoo_before')",
    "print('in service')",
  ];
  return new Promise((resolve) => {
    const run = spawn(python, ['-B', '-c', program.join('\n')], { ...cluster.identity });
    let output = '';
    for (const stream of [run.stdout, run.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    run.on('close', () => resolve(output));
  });
}

describe('the transfer', () => {
  it('notices a row that is lost on the way', async () => {
    const { directory, port } = environments.staging.cluster;
    const environment = inPlaceOf(
      'pg_restore',
      `$REAL "$@" || exit; [[ " $* " != *" --section=data "* ]] ||
       psql -q -h ${directory} -p ${port} -U bootstrap -d odoo_incoming -c 'DELETE FROM customer WHERE id = 4999'`,
    );
    const { report } = await environments.receive({ environment });
    expect(report?.error).toBe('rows were lost on the way: public.customer (4999 instead of 5000)');
    expect(environments.servesOldStaging()).toBe(true);
  });

  it.each([
    ['pg_dump', 'exit 3'],
    // It has said everything, and that something was wrong with it.
    ['pg_dump', '$REAL "$@" || exit; [[ " $* " != *" --section=data "* ]]'],
    [
      'pg_dump',
      '[[ " $* " != *" --section=data "* ]] && exec $REAL "$@"; $REAL "$@" | head -c 20000; exit 1',
    ],
    // As when the connection breaks, with nobody who says so.
    [
      'pg_dump',
      '[[ " $* " != *" --section=data "* ]] && exec $REAL "$@"; $REAL "$@" | head -c 20000; exit 0',
    ],
    ['pg_restore', '[[ " $* " != *" --section=post-data "* ]] && exec $REAL "$@"; exit 1'],
  ])('stops where %s does: %s', async (program, script) => {
    const { report } = await environments.receive({ environment: inPlaceOf(program, script) });
    expect(report).toMatchObject({
      outcome: 'failed',
      error: expect.stringMatching(/^(pg_dump|pg_restore).* failed/),
    });
    expect(environments.servesOldStaging()).toBe(true);
    expect(environments.parameter('database.is_neutralized')).toBe('');
  });

  it('is read over TLS from a server that proves who it is', async () => {
    const { report } = await environments.receive({
      flags: [`--ca-bundle=${environments.staging.cluster.caBundle}`],
    });
    expect(report?.error).toContain('certificate verify failed');
  });

  it('shows no secret in its output or in the statements that either server logs', async () => {
    const { output } = await environments.receive();
    const { production, staging } = environments;
    for (const secret of [staging.cluster.master.password, DATABASE_PASSWORD, 'live-Secret']) {
      expect(output).not.toContain(secret);
      expect(production.cluster.log() + staging.cluster.log()).not.toContain(`PASSWORD '${secret}'`);
    }
  });
});

/** Puts a program of that name before PostgreSQL's own; `$REAL` in it is that one. */
function inPlaceOf(name: string, script: string): Readonly<Record<string, string>> {
  const folder = join(environments.staging.cluster.directory, 'shims');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/bash\nREAL=$(PATH=\${PATH#*:} command -v ${name})\n${script}\n`);
  chmodSync(file, 0o755);
  own(file, environments.staging.cluster.identity);
  return { PATH: `${folder}:${process.env['PATH']}` };
}
