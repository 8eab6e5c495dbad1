import type { aws_ecs as ecs } from 'aws-cdk-lib';
import { ODOO_CONF_SECRETS } from '../odoo-node/odoo-conf.ts';
import { ODOO_USER } from '../shared/odoo-user.ts';

/** `uid:gid` of Odoo, as containers and files name their owner. */
export const ODOO_OWNER = `${ODOO_USER.uid}:${ODOO_USER.gid}`;

/** Paths in every Odoo container. */
export const ODOO_PATHS = {
  configuration: '/etc/odoo/odoo.conf',
  data: '/var/lib/odoo',
  filestore: '/var/lib/odoo/filestore',
  sessions: '/var/lib/odoo/sessions',
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

/** A file that is written before the containers start. */
export interface ConfigurationFile extends Owned {
  readonly text: string;
}

/** A scratch directory of the task, lost with it, in every container that mounts it. */
export interface ScratchDirectory {
  /** Name of the volume. */
  readonly name: string;
  readonly path: string;
  /** Directories made in it, parents first, each with its owner and mode; the first is usually `path` itself. */
  readonly directories: readonly Owned[];
}

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

/** Arguments of `configure.py` that make these directories and files. */
export function configureArguments(
  directories: readonly Owned[],
  files: readonly ConfigurationFile[],
): readonly string[] {
  const [plain, hashed] = ODOO_CONF_SECRETS;
  return [
    '--secret',
    plain,
    '--hashed-secret',
    hashed,
    ...directories.flatMap(({ path, owner, mode }) => ['--directory', path, owner, mode]),
    ...files.flatMap(({ path, owner, mode, text }) => ['--file', path, owner, mode, text]),
  ];
}
