import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HostDirectory } from './host.ts';

const host = new HostDirectory();
afterAll(() => host.remove());

interface AgentConfiguration {
  readonly agent: Record<string, unknown>;
  readonly metrics: {
    readonly namespace: string;
    readonly append_dimensions?: unknown;
    readonly metrics_collected: Record<string, Record<string, unknown>>;
  };
  readonly logs: {
    readonly logs_collected: { readonly files: { readonly collect_list: readonly Record<string, string>[] } };
  };
}

function agentConfiguration(): AgentConfiguration {
  const configuration: AgentConfiguration = JSON.parse(
    readFileSync(join(host.path, 'cloudwatch-agent.json'), 'utf8'),
  );
  return configuration;
}

describe('the CloudWatch agent', () => {
  it('publishes what the alarms look at, under dimensions that outlive the server', () => {
    const { agent, metrics } = agentConfiguration();
    expect(agent).toMatchObject({ omit_hostname: true, metrics_collection_interval: 60 });
    expect(metrics).toEqual({
      namespace: 'Odoo/Server',
      metrics_collected: {
        disk: {
          resources: ['/', '/srv/data'],
          measurement: ['used_percent'],
          drop_device: true,
          append_dimensions: { Environment: 'test' },
        },
        mem: { measurement: ['used_percent'], append_dimensions: { Environment: 'test' } },
      },
    });
  });

  it('sends each log to a stream of its own, named after the server', () => {
    const logs = agentConfiguration().logs.logs_collected.files.collect_list;
    const streams = logs.map(({ log_stream_name }) => log_stream_name);
    expect(new Set(streams).size).toBe(streams.length);
    for (const stream of streams) expect(stream).toMatch(/^[a-z0-9-]+\/\{instance_id\}$/);
    expect(logs.map(({ file_path }) => file_path)).toEqual(
      expect.arrayContaining([
        '/var/log/nginx/access.log',
        '/var/log/cloud-init-output.log',
        '/var/log/odoo/journal.log',
        '/var/log/odoo/vital-signs.log',
      ]),
    );
    expect(new Set(logs.map(({ log_group_name }) => log_group_name))).toEqual(new Set(['{{LOG_GROUP}}']));
  });
});

describe('the vital signs', () => {
  it('are asked by a unit, into the file that the agent follows', () => {
    const unit = readFileSync(join(host.path, 'systemd/odoo-vital-signs.service'), 'utf8');
    expect(unit).toMatch(/^StandardOutput=append:\/var\/log\/odoo\/vital-signs\.log$/m);
    expect(unit).toMatch(/^ExecStart=.* %d\/vital_signs\.py %d\/odoo\.conf$/m);
    const [, program = ''] = /^LoadCredential=vital_signs\.py:\/opt\/odoo-aws\/(.*)$/m.exec(unit) ?? [];
    expect(readFileSync(join(host.path, program), 'utf8')).toContain('"source": "vital signs"');
    // Scheduled jobs are given their limit in that configuration.
    expect(unit).toMatch(/^LoadCredential=odoo\.conf:\/etc\/odoo\/cron\.conf$/m);
    expect(readFileSync(join(host.path, 'odoo/cron.conf'), 'utf8')).toMatch(/^limit_time_real_cron = \d+$/m);
  });

  it('are started with the rest of the monitoring', () => {
    const calls = host.run(`cd '${host.path}'
      install_units() { echo "install $*"; }
      systemctl() { echo "systemctl $*"; }
      setting() { echo group; }
      install() { cat >/dev/null; }
      HERE='${host.path}'
      source monitoring.sh
      start_monitoring`).output;
    for (const verb of ['install', 'systemctl enable --quiet', 'systemctl restart']) {
      expect(calls).toMatch(new RegExp(`^${verb} .*odoo-vital-signs\\.service`, 'm'));
    }
  });
});

/** Runs commands with the functions of the agent's installation, below a directory with keys and a signed package. */
function withKeys(commands: string): { readonly code: number | null; readonly output: string } {
  const home = join(host.path, 'gnupg');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const { status, stdout } = spawnSync(
    'bash',
    [
      '-c',
      `cd '${host.path}'
      export GNUPGHOME='${home}'
      make_key() { gpg --quiet --batch --passphrase '' --quick-generate-key "$1" rsa2048 sign never 2>/dev/null; }
      sign() { gpg --quiet --batch --yes --local-user "$1" --detach-sign --output agent.sig agent.deb; }
      fingerprint() { gpg --with-colons --list-keys "$1" | awk -F: '$1 == "fpr" { print $10; exit }'; }
      [[ -e agent.deb ]] || { make_key Amazon; make_key Mallory; gpg --armor --export >keys; }
      echo package >agent.deb
      sign Amazon
      source cloudwatch-agent.sh
      FINGERPRINT=$(fingerprint Amazon)
      KEYS=keys
      unset GNUPGHOME
      signed() { if is_signed agent.deb agent.sig "$KEYS"; then echo yes; else echo no; fi; }
      ${commands}`,
    ],
    { encoding: 'utf8' },
  );
  return { code: status, output: stdout };
}

describe('the package of the agent', () => {
  it('is installed if the pinned key has signed it', () => {
    expect(withKeys('signed')).toEqual({ code: 0, output: 'yes\n' });
  });

  it.each([
    ['was changed', 'echo changed >agent.deb'],
    ['is signed by another key of the same file', `export GNUPGHOME='${host.path}/gnupg'; sign Mallory`],
    ['is not signed', ': >agent.sig'],
    ['comes with another key than the pinned one', 'FINGERPRINT=937616F3450B7D806CBD9725D58167303B789C72'],
    ['comes without the key', 'KEYS=/dev/null'],
  ])('is refused if it %s', (_, change) => {
    expect(withKeys(`${change}; signed`)).toEqual({ code: 0, output: 'no\n' });
  });

  it('comes from the Region, and nothing of it is run before its signature was checked', () => {
    host.write('bin/curl', `#!/bin/bash\necho "\${!#}" >>'${host.path}/fetched'\ntouch "\${@: -2:1}"\n`);
    host.write(
      'bin/dpkg',
      `#!/bin/bash\nif [[ $1 == --print-architecture ]]; then echo arm64; else echo "$*" >>'${host.path}/dpkg'; fi\n`,
    );
    for (const program of ['curl', 'dpkg']) chmodSync(join(host.path, 'bin', program), 0o755);
    const { status, stderr } = spawnSync('bash', [join(host.path, 'cloudwatch-agent.sh')], {
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${host.path}/bin:${process.env['PATH']}`,
        AWS_DEFAULT_REGION: 'eu-central-1',
      },
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain(
      'the package is not signed by 937616F3450B7D806CBD9725D58167303B789C72, nothing was installed',
    );
    expect(readFileSync(join(host.path, 'fetched'), 'utf8').split('\n')).toEqual([
      'https://amazoncloudwatch-agent-eu-central-1.s3.eu-central-1.amazonaws.com/ubuntu/arm64/latest/amazon-cloudwatch-agent.deb',
      'https://amazoncloudwatch-agent-eu-central-1.s3.eu-central-1.amazonaws.com/ubuntu/arm64/latest/amazon-cloudwatch-agent.deb.sig',
      'https://amazoncloudwatch-agent.s3.amazonaws.com/assets/amazon-cloudwatch-agent.gpg',
      '',
    ]);
    expect(() => readFileSync(join(host.path, 'dpkg'))).toThrow();
  });
});
