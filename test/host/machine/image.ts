import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { localFolder } from '../../../lib/local/workspace.ts';
import { succeed } from './shell.ts';

const script = fileURLToPath(new URL('image/build.sh', import.meta.url));
const packageList = fileURLToPath(
  new URL('../../../constructs/odoo-server/files/packages.sh', import.meta.url),
);

/**
 * Root file system of the machine: Debian 12 with exactly the packages that the provisioning installs. Built where it is
 * absent, in about a minute, and kept under a name that changes with what it is made of; an older one is removed.
 */
export async function rootImage(): Promise<string> {
  const packages = await provisionedPackages();
  const inputs = [readFileSync(script, 'utf8'), ...packages].join('\n');
  const hash = createHash('sha256').update(inputs).digest('hex').slice(0, 12);
  const folder = localFolder('host');
  const image = join(folder, `image-${hash}`);
  if (existsSync(image)) return image;
  for (const older of readdirSync(folder).filter((name) => name.startsWith('image-'))) {
    rmSync(join(folder, older), { recursive: true });
  }
  console.log(
    `Building the root file system of the test machine (${packages.length} packages) in ${image} ...`,
  );
  const unfinished = `${image}.unfinished`;
  await succeed(script, [unfinished, localFolder('host/debs'), ...packages]);
  renameSync(unfinished, image);
  return image;
}

/** As the script itself has them, so that there is no second list. */
async function provisionedPackages(): Promise<string[]> {
  const output = await succeed('bash', ['-c', `source '${packageList}'; printf '%s\\n' "\${PACKAGES[@]}"`]);
  return output.split('\n').filter(Boolean);
}
