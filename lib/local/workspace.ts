import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the repository, from which the CDK CLI is called. */
export const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

/** Everything that a local run writes: git-ignored, safe to delete at any time. */
const workspace = join(projectRoot, '.local');

/** Path of a folder inside `.local/`, which is made where it is missing. */
export function localFolder(name: string): string {
  const path = join(workspace, name);
  mkdirSync(path, { recursive: true });
  return path;
}
