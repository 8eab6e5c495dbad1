import { failedLogins } from '../../config/sizing/login-limits.ts';
import type { BundleFile } from './host-bundle.ts';
import { DATA, type HostSettings } from './host-settings.ts';

/** Namespace of the metrics that the server publishes; its role may write into no other. */
const METRIC_NAMESPACE = 'Odoo/Server';

/** Rendered configuration of firewall, updates and monitoring. */
export function upkeepFiles({ plan, windows }: HostSettings): BundleFile[] {
  return [
    { path: 'etc/fail2ban/jail.d/odoo.local', text: fail2banJails(failedLogins(plan.users)) },
    { path: 'systemd/apt-daily-upgrade.timer.d/odoo.conf', text: updateTimer(windows.maintenance) },
    { path: 'cloudwatch-agent.json', text: cloudWatchAgent(plan.environment) },
  ];
}

/**
 * When security updates are installed, as a systemd calendar expression.
 *
 * @param window - weekly and in UTC, for example `sun:03:00-sun:04:00`
 */
export function startOfWindow(window: string): string {
  const [day = '', hour, minute] = window.split(/[:-]/);
  return `${day.charAt(0).toUpperCase()}${day.slice(1)} *-*-* ${hour}:${minute}:00 UTC`;
}

/** Polled, because the other ways to notice a new line are missing in Python 3.12 or in images without extras. */
function fail2banJails(maxRetry: number): string {
  return `# There is no SSH to watch, and its jail would stop fail2ban on a system without that log.
[sshd]
enabled = false

[odoo-login]
enabled = true
filter = odoo-login
backend = polling
logpath = /var/log/nginx/access.log
port = http,https
banaction = nftables
maxretry = ${maxRetry}
findtime = 10m
# An office that was banned by accident is back soon. Whoever goes on guessing is away for a day in the end.
bantime = 10m
bantime.increment = true
bantime.maxtime = 1d
`;
}

function updateTimer(window: string): string {
  return `# Updates restart services, and sometimes the server: only then. A new server has the updates of its image already, so
# a missed window is made up for in the next one.
[Timer]
OnCalendar=
OnCalendar=${startOfWindow(window)}
RandomizedDelaySec=0
Persistent=false
`;
}

/**
 * Configuration of the CloudWatch agent. What runs in containers and the provisioning send their logs themselves.
 *
 * `LOG_GROUP` in braces is replaced on the host, where its name is known.
 */
function cloudWatchAgent(environment: string): string {
  const append_dimensions = { Environment: environment };
  const configuration = {
    agent: {
      metrics_collection_interval: 60,
      // Metrics outlive the server: a replacement goes on with the same ones.
      omit_hostname: true,
      // Logs that only root and the group adm may read; and the firewall lets only root have the role's credentials.
      run_as_user: 'root',
    },
    metrics: {
      namespace: METRIC_NAMESPACE,
      metrics_collected: {
        disk: {
          resources: ['/', DATA],
          measurement: ['used_percent'],
          drop_device: true,
          append_dimensions,
        },
        mem: { measurement: ['used_percent'], append_dimensions },
      },
    },
    logs: {
      logs_collected: { files: { collect_list: LOGS.map(([stream, file]) => collected(stream, file)) } },
    },
  };
  return `${JSON.stringify(configuration, null, 2)}\n`;
}

/** Log streams, and the files behind them. Of several files that match one name, the agent follows the newest only. */
const LOGS = [
  ['nginx-access', '/var/log/nginx/access.log'],
  ['nginx-error', '/var/log/nginx/error.log'],
  ['postgresql', '/var/log/postgresql/*.log'],
  ['pgbackrest-backup', '/var/log/pgbackrest/odoo-backup.log'],
  ['pgbackrest-archive', '/var/log/pgbackrest/odoo-archive-push-async.log'],
  ['fail2ban', '/var/log/fail2ban.log'],
  ['updates', '/var/log/unattended-upgrades/unattended-upgrades.log'],
  ['cloud-init', '/var/log/cloud-init-output.log'],
  ['journal', '/var/log/odoo/journal.log'],
  ['vital-signs', '/var/log/odoo/vital-signs.log'],
] as const;

function collected(stream: string, file: string): Record<string, unknown> {
  return {
    file_path: file,
    log_group_name: '{{LOG_GROUP}}',
    log_stream_name: `${stream}/{instance_id}`,
    // The further lines of a statement or a traceback are indented, and belong to the first.
    multi_line_start_pattern: '^\\S',
  };
}
