import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hasProgram, HostDirectory } from './host.ts';
import { findPython } from '../support/python.ts';

const python = findPython(['psycopg2'], ['python3-psycopg2']);

const host = new HostDirectory();
afterAll(() => host.remove());

describe('the programs of the backups', () => {
  it('are understood by bash and Python', () => {
    const { stdout } = spawnSync('shellcheck', ['--format=gcc', 'odoo-restore'], {
      cwd: host.path,
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
    const modules = readdirSync(join(host.path, 'backup')).filter((name) => name.endsWith('.py'));
    expect(modules).toContain('__main__.py');
    for (const name of modules) {
      const check = 'import ast, sys; ast.parse(open(sys.argv[1]).read())';
      expect(spawnSync('python3', ['-c', check, join(host.path, 'backup', name)]).status, name).toBe(0);
    }
  });

  it('restore nothing for a time without a zone', () => {
    const { status, stderr } = spawnSync(python, ['-m', 'backup.restore', '--to', '2026-11-22T10:00:00'], {
      cwd: host.path,
      encoding: 'utf8',
      env: {
        ...process.env,
        PYTHONPATH: new URL('aws_stand_in', import.meta.url).pathname,
        STAND_IN_AWS: host.path,
        PYTHONDONTWRITEBYTECODE: '1',
      },
    });
    expect(status).toBe(2);
    expect(stderr).toContain('has no time zone: add Z for UTC, or an offset such as +01:00');
  });
});

describe.skipIf(!hasProgram('systemd-analyze'))('the timers of the backups', () => {
  const timers = readdirSync(join(host.path, 'systemd')).filter((name) => name.endsWith('.timer'));

  it.each(timers)('name a moment that comes: %s', (name) => {
    const [expression] =
      /(?<=^OnCalendar=).+/m.exec(host.run(`cat '${host.path}/systemd/${name}'`).output) ?? [];
    if (expression === undefined) return;
    const { status, stdout } = spawnSync('systemd-analyze', ['calendar', expression], { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toContain('Next elapse: ');
  });
});

describe.skipIf(!hasProgram('pgbackrest'))("pgBackRest's configuration", () => {
  it('is understood by pgBackRest without a warning', () => {
    const file = host.write(
      'test.conf',
      host
        .run(`cat '${host.path}/pgbackrest.conf'`)
        .output.replace(/^repo1-s3.*\n/gm, '')
        .replace('repo1-type=s3', 'repo1-type=posix')
        .replaceAll(/\{\{\w+\}\}/g, 'value')
        .replaceAll(/=\/(?:srv|server|var)\/.*/g, `=${host.path}/pgbackrest`),
    );
    const { stdout, stderr } = spawnSync('pgbackrest', [`--config=${file}`, '--stanza=odoo', 'info'], {
      encoding: 'utf8',
    });
    expect(stdout).toContain('missing stanza path');
    expect(stderr).toBe('');
  });
});
