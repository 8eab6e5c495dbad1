import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Damage } from './finding.ts';

/** AWS Backup restores into a directory of this name and the moment, also where the file system is new. */
const RESTORED = /^aws-backup-restore_/;

/**
 * Where the attachments are on a restored file system.
 *
 * @param mount - where it is mounted, for example `/mnt/7C3F…`.
 * @param path - of the attachments on the file system that was backed up, for example `filestore/odoo/`.
 * @throws Damage if it is not mounted, or has no such directory.
 */
export async function restoredDirectory(mount: string, path: string): Promise<string> {
  const names = await namesIn(mount);
  const restored = names.filter((name) => RESTORED.test(name)).toSorted();
  for (const name of [...restored.toReversed(), '']) {
    const directory = join(mount, name, path);
    if (await isDirectory(directory)) return directory;
  }
  throw new Damage(`no ${path} on the restored file system, which has ${names.join(', ') || 'nothing'}`);
}

async function namesIn(mount: string): Promise<readonly string[]> {
  try {
    return await readdir(mount);
  } catch (error) {
    if (isNotThere(error)) throw new Damage(`the restored file system is not mounted at ${mount}`);
    throw error;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isNotThere(error)) return false;
    throw error;
  }
}

export function isNotThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
