import { type Change, differing } from './change.ts';
import { changedParameters } from './database-changes.ts';
import { failedLogins, loginsPerMinute } from './login-limits.ts';
import type { Plan } from './plan.ts';
import { sources } from './sources.ts';

/** What differs between two sizes of the single server. All but the volume comes with another server on the same volume. */
export function serverChanges(before: Plan, after: Plan): readonly Change[] {
  const replaced: readonly Pick<Change, 'what' | 'from' | 'to'>[] = [
    { what: 'Server', from: machineOf(before), to: machineOf(after) },
    { what: 'Odoo', ...differing(odooOf(before), odooOf(after)) },
    { what: 'PostgreSQL parameters', ...changedParameters(before.database, after.database) },
    { what: 'Firewall', ...differing(limitsOf(before), limitsOf(after)) },
  ];
  return [
    ...volumeChange(before, after),
    ...replaced
      .filter(({ from, to }) => from !== to)
      .map((change, index): Change => ({
        ...change,
        effect: 'minutes away',
        duration: index === 0 ? awayFor(before) : 'comes with the same replacement of the server',
        source: sources.hostTests,
      })),
  ];
}

export function adviceForServer(before: Plan, after: Plan): readonly string[] {
  return serverChanges(before, after).some(({ effect }) => effect === 'minutes away')
    ? ['deploy at a time when nobody works: the old server stops before the new one starts']
    : [];
}

/** A server that is replaced on purpose needs not be noticed to be gone, so it takes less than that. */
function awayFor({ server }: Plan): string {
  return `Odoo is away while another server takes over volume and address: less than ${server?.recoveryMinutes.replaced} minutes, what the loss of a server is expected to take`;
}

function volumeChange(before: Plan, after: Plan): readonly Change[] {
  const [from, to] = [before.database.storageGiB, after.database.storageGiB];
  return from === to
    ? []
    : [
        {
          what: 'Data volume',
          from: `${from} GiB`,
          to: `${to} GiB`,
          effect: 'online',
          duration: 'no interruption; the server extends the file system within minutes',
          source: sources.ebs,
        },
      ];
}

function machineOf({ server }: Plan): string {
  return `${server?.instanceType} (${server?.vcpu} vCPU, ${(server?.memoryMiB ?? 0) / 1024} GiB)`;
}

function odooOf({ app, cron }: Plan): readonly string[] {
  return [
    `${app.workers} workers in ${app.memoryMiB} MiB`,
    `${cron.workers} workers of scheduled jobs in ${cron.memoryMiB} MiB`,
    `${app.odoo.dbMaxconn} connections for each`,
  ];
}

function limitsOf({ users }: Plan): readonly string[] {
  return [
    `${loginsPerMinute(users)} log-ins a minute from one address`,
    `an address banned after ${failedLogins(users)} that fail`,
  ];
}
