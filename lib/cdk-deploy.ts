import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from './local/workspace.ts';

const cli = join(projectRoot, 'node_modules/aws-cdk/bin/cdk');

/**
 * Deploys stacks, and no other, by the CDK's own command line, whose output the operator sees.
 *
 * @param names - of the stacks
 * @param context - what is given by `-c`
 * @returns its exit code, not 0 if it failed
 */
export async function cdkDeploy(
  names: readonly string[],
  context: Readonly<Record<string, string>>,
): Promise<number | null> {
  const args = ['deploy', ...names, '--exclusively', '--require-approval', 'never', '--concurrency', '3'];
  const given = Object.entries(context).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const child = spawn(process.execPath, [cli, ...args, ...given], {
    cwd: projectRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}
