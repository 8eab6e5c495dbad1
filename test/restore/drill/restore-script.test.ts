import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { restoreFile } from '../../../constructs/drill/restore-programs.ts';
import { packBundle } from '../../../constructs/odoo-server/host-bundle.ts';

/** Mounts that only the script sees, as in a container of its own. */
const canMount = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/opt']).status === 0;

const directory = mkdtempSync(join(tmpdir(), 'odoo-restore-script-'));
afterAll(() => rmSync(directory, { recursive: true }));

const bundle = packBundle([
  { path: 'pgbackrest.py', text: 'import sys\nprint("wrapped", *sys.argv[1:])\n' },
  {
    path: 'restore_drill.py',
    text: 'import os, subprocess, sys\nprint(os.getcwd(), sys.argv[1:])\nsys.stdout.flush()\nfor program in ("pgbackrest", os.environ["PGBACKREST_CMD"]):\n    subprocess.run([program, "info"])\n',
  },
]);

beforeEach(() => {
  mkdirSync(join(directory, 'bin'), { recursive: true });
  mkdirSync(join(directory, 'python'), { recursive: true });
  writeFileSync(join(directory, 'programs.tar'), bundle.archive);
  program('apt-get', `echo "$DEBIAN_FRONTEND: $*" >>'${directory}/apt'`);
  writeFileSync(
    join(directory, 'python/boto3.py'),
    `import shutil
class Client:
    def download_file(self, bucket, key, file):
        assert (bucket, key) == ("assets", "a/b.tar")
        shutil.copy("${directory}/programs.tar", file)
client = lambda service: Client()
`,
  );
  rmSync(join(directory, 'apt'), { force: true });
});

function program(name: string, text: string): void {
  const file = join(directory, 'bin', name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

/** Runs the script where what it writes outside of volumes is its own. */
function run(sha256 = bundle.sha256) {
  const mounts = ['/opt', '/etc/postgresql-common'].map(
    (path) => `mkdir -p ${path}; mount -t tmpfs none ${path}`,
  );
  const script = `${mounts.join('; ')}; exec bash -c "$SCRIPT" restore "$@"`;
  const ended = spawnSync(
    'unshare',
    ['--mount', 'bash', '-c', script, 'sandbox', 's3://assets/a/b.tar', sha256, '--ready=/run/ready'],
    {
      encoding: 'utf8',
      // Bash takes a socket for somebody who logs in, and reads what that one has set.
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: `${directory}/bin:${process.env['PATH']}`,
        PYTHONPATH: join(directory, 'python'),
        SCRIPT: restoreFile('restore.sh'),
        MOMENT: '2026-11-30T10:15:00Z',
      },
    },
  );
  return { code: ended.status, output: ended.stdout + ended.stderr };
}

describe.skipIf(!canMount)('the script of the container that restores', () => {
  it('installs what the server has, and runs the programs with pgBackRest wrapped', () => {
    const { code, output } = run();
    expect(output).toBe(
      "/opt/restore ['--moment=2026-11-30T10:15:00Z', '--ready=/run/ready']\nwrapped info\nwrapped info\n",
    );
    expect(code).toBe(0);
    const asked = readFileSync(join(directory, 'apt'), 'utf8');
    expect(asked).toMatch(/^noninteractive: .*update\nnoninteractive: .*install -y --no-install-recommends /);
    for (const name of ['ca-certificates', 'pgbackrest', 'postgresql', 'python3-boto3', 'python3-psycopg2']) {
      expect(asked.split(/\s/)).toContain(name);
    }
  });

  it.each<[string, () => ReturnType<typeof run>]>([
    [
      'packages cannot be had',
      () => {
        program('apt-get', 'exit 100');
        return run();
      },
    ],
    ['the programs are not those that were deployed', () => run(createHash('sha256').digest('hex'))],
  ])('does not begin, and says so by its exit code, where %s', (_, attempt) => {
    const { code, output } = attempt();
    expect(code).toBe(2);
    expect(output).not.toContain('/opt/restore [');
  });
});
