import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { checkNginx } from '../support/nginx.ts';
import { findPostgres } from '../support/postgres.ts';
import { hasProgram, HostDirectory } from './host.ts';

const host = new HostDirectory({ name: 'erp.example.com' });
afterAll(() => host.remove());

const folder = fileURLToPath(new URL('../../constructs/odoo-server/files', import.meta.url));
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  statSync(join(folder, name)).isFile(),
);
const text = (name: string): string => readFileSync(join(folder, name), 'utf8');

describe('the scripts of the host', () => {
  it('pass shellcheck', () => {
    if (!hasProgram('shellcheck'))
      throw new Error("shellcheck is missing; install it with 'apt-get install shellcheck'");
    const scripts = files.filter((name) =>
      /^#!\/bin\/bash|shellcheck shell=bash/.test(text(name).slice(0, 40)),
    );
    const { stdout } = spawnSync('shellcheck', ['--format=gcc', ...scripts], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(scripts).toEqual(expect.arrayContaining(['bootstrap.sh', 'provision.sh', 'packages.sh']));
    expect(scripts).toEqual(expect.arrayContaining(files.filter((name) => name.endsWith('.sh'))));
    expect(stdout).toBe('');
  });

  it('are understood by Python', () => {
    const programs = files.filter((name) => name.endsWith('.py'));
    const check = 'import ast, sys; [ast.parse(open(file).read(), file) for file in sys.argv[1:]]';
    const { status, stderr } = spawnSync('python3', ['-c', check, ...programs], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(programs).toEqual(expect.arrayContaining(['aws.py', 'health.py']));
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});

describe.skipIf(!hasProgram('systemd-analyze'))('the units of the host', () => {
  it('are understood by systemd without a word', () => {
    const units = join(host.path, 'systemd');
    // What the packages bring on the host is missing here: the programs and units that ours name.
    host.write('systemd/docker.service', '[Service]\nExecStart=/bin/true\n');
    const names = readdirSync(units).filter((name) => !name.endsWith('.d'));
    for (const name of names) {
      const file = join(units, name);
      host.write(`systemd/${name}`, readFileSync(file, 'utf8').replaceAll('/usr/bin/docker', '/bin/true'));
    }
    const { stderr } = spawnSync(
      'systemd-analyze',
      ['verify', '--man=no', '--recursive-errors=no', ...names],
      {
        cwd: units,
        env: { ...process.env, SYSTEMD_UNIT_PATH: `${units}:` },
        encoding: 'utf8',
      },
    );
    expect(names).toEqual(expect.arrayContaining(['odoo-web.service', 'odoo-health.service']));
    expect(stderr.split('\n').filter((line) => names.some((name) => line.includes(name)))).toEqual([]);
  });
});

describe("the host's nginx", () => {
  it.each([{ name: 'erp.example.com' }, undefined])(
    'is accepted by the real program, domain %o',
    (domain) => {
      const directory = new HostDirectory(domain);
      directory.run('put_certificate_in_place');
      const configuration = readFileSync(join(directory.path, 'nginx/nginx.conf'), 'utf8')
        .replaceAll('/srv/data', join(directory.path, 'data'))
        .replaceAll('/var/lib/nginx/odoo', directory.path)
        .replaceAll('/var/log/nginx', directory.path)
        .replace('user www-data;', '');
      const { ok, output } = checkNginx(directory.write('test.conf', configuration));
      directory.remove();
      expect(output).toContain('syntax is ok');
      expect(ok).toBe(true);
    },
  );
});

describe("the host's PostgreSQL", () => {
  const parameters = readFileSync(join(host.path, 'postgresql/odoo.conf'), 'utf8')
    .split('\n')
    .flatMap((line) => /^(\w+) = /.exec(line)?.[1] ?? []);

  // PostgreSQL would note its absence.
  host.write('postgresql/postgresql.auto.conf', '');

  /** What the real program makes of a parameter in a configuration that consists of ours. */
  function asPostgresReads(parameter: string, configuration = 'postgresql/odoo.conf') {
    const directory = join(host.path, 'postgresql');
    const file = join(host.path, configuration);
    const { status, stderr } = spawnSync(
      join(findPostgres(), 'postgres'),
      ['-C', parameter, '-D', directory, '-c', `config_file=${file}`],
      { encoding: 'utf8' },
    );
    return { status, stderr };
  }

  it.each(parameters)('understands %s', (parameter) => {
    expect(asPostgresReads(parameter)).toMatchObject({ status: 0, stderr: '' });
  });

  it('would not understand a parameter that does not exist, or has a unit that does not', () => {
    host.write('postgresql/unknown.conf', "sharedbuffers = '512MB'\n");
    host.write('postgresql/unit.conf', "shared_buffers = '512MiB'\n");
    expect(asPostgresReads('shared_buffers', 'postgresql/unknown.conf').status).not.toBe(0);
    expect(asPostgresReads('shared_buffers', 'postgresql/unit.conf').status).not.toBe(0);
  });

  it('gets all parameters of the plan', () => {
    expect(parameters).toEqual(expect.arrayContaining(['shared_buffers', 'work_mem', 'max_connections']));
  });
});

const NEW_DISK = 'rm -f "$DATA/disk"; truncate -s 20M "$DATA/disk"';

describe('a blank volume', () => {
  it('is one without any signature', () => {
    expect(host.run(`${NEW_DISK}; is_blank "$DATA/disk"`).code).toBe(0);
  });

  it.each([
    ['a file system', 'mkfs.ext4 -q -F "$DATA/disk"'],
    ['a partition table', 'printf "\\x55\\xaa" | dd of="$DATA/disk" bs=1 seek=510 conv=notrunc status=none'],
  ])('is not one with %s', (_, make) => {
    expect(host.run(`${NEW_DISK}; ${make}; is_blank "$DATA/disk" && echo blank || echo in use`).output).toBe(
      'in use\n',
    );
  });

  it('is not one with bytes that nothing recognizes: nobody formats it, somebody has to look', () => {
    const { code, output } = host.run(
      `${NEW_DISK}; echo precious | dd of="$DATA/disk" bs=1 seek=4096 conv=notrunc status=none; is_blank "$DATA/disk"`,
    );
    expect(code).toBe(1);
    expect(output).toContain('is not blank either');
  });
});

describe('the first certificate', () => {
  it('is the own one of the server, made once', () => {
    const make = 'put_certificate_in_place; sha256sum < "$DATA/certificates/current/fullchain.pem"';
    const first = host.run(`mkdir -p "$DATA/certificates"; ${make}; readlink "$DATA/certificates/current"`);
    expect(first.output).toMatch(/^[0-9a-f]{64} .*\nself-signed\n$/);
    expect(host.run(make).output).toBe(`${first.output.split('\n')[0]}\n`);
  });

  it('never replaces an issued one', () => {
    const issued = host.run(
      'c=$DATA/certificates; mkdir -p "$c/letsencrypt"; echo issued >"$c/letsencrypt/fullchain.pem"; ln -sfn letsencrypt "$c/current"; put_certificate_in_place; cat "$c/current/fullchain.pem"',
    );
    expect(issued.output).toBe('issued\n');
  });
});

describe('PostgreSQL of another version', () => {
  it('is refused before anything is touched', () => {
    const { code, output } = host.run(
      'mkdir -p "$DATA/postgresql/clusters/15/main"; refuse_other_versions 16',
    );
    expect(code).toBe(1);
    expect(output).toContain('the data volume holds PostgreSQL 15, this server has 16');
    expect(host.run('refuse_other_versions 15').code).toBe(0);
  });
});

describe('waiting', () => {
  it('ends with success as soon as there is some, and with failure in time', () => {
    expect(host.run('within 10 test -d "$DATA"; echo "code $?"').output).toBe('code 0\n');
    expect(host.run('within 1 false || echo "gave up"').output).toBe('gave up\n');
  });
});
