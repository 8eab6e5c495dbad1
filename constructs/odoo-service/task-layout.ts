import type { aws_ecs as ecs } from 'aws-cdk-lib';
import { gzipSync } from 'fflate';
import { ODOO_CONF_SECRETS, type OdooRole } from '../odoo-node/odoo-conf.ts';
import { nodeFile } from '../odoo-node/render-template.ts';
import { base85 } from '../shared/base85.ts';
import { ODOO_USER } from '../shared/odoo-user.ts';

/** `uid:gid` of Odoo, as containers and files name their owner. */
export const ODOO_OWNER = `${ODOO_USER.uid}:${ODOO_USER.gid}`;

/** Paths in every Odoo container. */
export const ODOO_PATHS = {
  configuration: '/etc/odoo/odoo.conf',
  data: '/var/lib/odoo',
  filestore: '/var/lib/odoo/filestore',
  sessions: '/var/lib/odoo/sessions',
  /** Where this project's own modules are, which Odoo loads without being asked. */
  serverModules: '/etc/odoo/addons',
  /** Where modules of an image built from `addons/` are. */
  addons: '/mnt/extra-addons',
} as const;

/** Something in the file system of a container, and whose it is. */
export interface Owned {
  readonly path: string;
  /** `uid:gid`. */
  readonly owner: string;
  /** Octal, for example `0400`. */
  readonly mode: string;
}

/** A file that is written before the containers start: a text with secrets to be filled in, or bytes as they are. */
export type ConfigurationFile = Owned & ({ readonly text: string } | { readonly bytes: Uint8Array });

/** A scratch directory of the task, lost with it, in every container that mounts it. */
export interface ScratchDirectory {
  /** Name of the volume. */
  readonly name: string;
  readonly path: string;
  /** Directories made in it, parents first, each with its owner and mode; the first is usually `path` itself. */
  readonly directories: readonly Owned[];
}

/**
 * How soon the kernel of a task gives up a connection to a host that has vanished.
 *
 * Nothing closes Odoo's connections when the database's host is lost, and Odoo has no limit of its own. By Linux's
 * defaults a worker then waits for the old host for a quarter of an hour, with nothing said to the standby: measured on
 * Odoo 19.0 in November 2026, no worker had answered half a minute after the failover, and with this and
 * {@link ODOO_ENVIRONMENT} all of them had after two seconds. A connection that is asked something is now given up after
 * 13 seconds, one that is idle (Odoo's ear for notifications) after 25. All containers of a task share one network, so
 * this is set once, by the container that starts first.
 */
export const SYSTEM_CONTROLS: readonly ecs.SystemControl[] = [
  { namespace: 'net.ipv4.tcp_retries2', value: '5' },
  { namespace: 'net.ipv4.tcp_keepalive_time', value: '10' },
  { namespace: 'net.ipv4.tcp_keepalive_intvl', value: '5' },
  { namespace: 'net.ipv4.tcp_keepalive_probes', value: '3' },
];

/**
 * Environment of Odoo, by `env`, since no container has any. A new connection to a host that has vanished is given up after these
 * seconds, not after two minutes. Not by the kernel's number of tries, on which nginx relies when Odoo's queue is full.
 * libpq reads it; Odoo 19 takes none of its own options from it.
 */
export const ODOO_ENVIRONMENT: Readonly<Record<string, string>> = { PGCONNECT_TIMEOUT: '5' };

/** Odoo's own mounts. The parent comes before what is mounted in it. */
export const ODOO_MOUNTS: readonly ecs.MountPoint[] = [
  { sourceVolume: 'configuration', containerPath: '/etc/odoo', readOnly: true },
  { sourceVolume: 'temporary', containerPath: '/tmp', readOnly: false },
  { sourceVolume: 'data', containerPath: ODOO_PATHS.data, readOnly: false },
  { sourceVolume: 'filestore', containerPath: ODOO_PATHS.filestore, readOnly: false },
  { sourceVolume: 'sessions', containerPath: ODOO_PATHS.sessions, readOnly: false },
];

/** Odoo's scratch directories. A volume starts root-owned, so each gets the owner that its program runs as. */
export const ODOO_SCRATCH: readonly ScratchDirectory[] = [
  {
    name: 'configuration',
    path: '/etc/odoo',
    directories: [{ path: '/etc/odoo', owner: '0:0', mode: '0755' }],
  },
  { name: 'temporary', path: '/tmp', directories: [{ path: '/tmp', owner: '0:0', mode: '1777' }] },
  {
    name: 'data',
    path: ODOO_PATHS.data,
    directories: [
      { path: ODOO_PATHS.data, owner: ODOO_OWNER, mode: '0750' },
      { path: `${ODOO_PATHS.data}/.postgresql`, owner: ODOO_OWNER, mode: '0700' },
      // Only mount points: the shared directories have owners of their own.
      { path: ODOO_PATHS.filestore, owner: ODOO_OWNER, mode: '0755' },
      { path: ODOO_PATHS.sessions, owner: ODOO_OWNER, mode: '0700' },
    ],
  },
];

/**
 * Starts Odoo behind its gate, which keeps it off a database that is away, is being changed, or was changed for a later
 * release than this one. Not by the image's entry point, which would put the database password on the command line.
 */
export function odooCommand(
  role: Exclude<OdooRole['kind'], 'job'>,
  release: string,
): {
  readonly entryPoint: readonly string[];
  readonly command: readonly string[];
} {
  const variables = Object.entries(ODOO_ENVIRONMENT).map(([name, value]) => `${name}=${value}`);
  return {
    entryPoint: ['python3', '-u', '-c', nodeFile('odoo_gate.py')],
    command: [
      role,
      ODOO_PATHS.configuration,
      release,
      'env',
      ...variables,
      'odoo',
      '--config',
      ODOO_PATHS.configuration,
    ],
  };
}

/**
 * Arguments of `configure.py` that make these directories and files.
 *
 * @param secrets - arguments for secrets that not every node has.
 */
export function configureArguments(
  directories: readonly Owned[],
  files: readonly ConfigurationFile[],
  secrets: readonly string[] = [],
): readonly string[] {
  const [plain, hashed] = ODOO_CONF_SECRETS;
  return [
    '--secret',
    plain,
    '--hashed-secret',
    hashed,
    ...secrets,
    ...directories.flatMap(({ path, owner, mode }) => ['--directory', path, owner, mode]),
    ...files.flatMap(fileArguments),
  ];
}

function fileArguments(file: ConfigurationFile): readonly string[] {
  const [option, content] =
    'text' in file ? ['--file', file.text] : ['--binary-file', compressed(file.bytes)];
  return [option, file.path, file.owner, file.mode, content];
}

/** Not by Node's own zlib, whose bytes differ between its versions: the same task would be deployed as another one. */
function compressed(bytes: Uint8Array): string {
  return base85(gzipSync(bytes, { level: 9, mtime: 0 }));
}
