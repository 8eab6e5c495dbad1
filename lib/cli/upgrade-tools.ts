import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Patience } from './follow-release.ts';
import { connect, type ReleaseAccount } from './release-account.ts';

const projectRoot = fileURLToPath(new URL('../..', import.meta.url));
const cdk = fileURLToPath(new URL('../../node_modules/aws-cdk/bin/cdk', import.meta.url));

/** What `npm run upgrade` needs besides the configuration; tests have their own. */
export interface UpgradeTools extends Patience {
  readonly connect: (region: string) => Promise<ReleaseAccount>;
  /** Deploys one stack alone, in the terminal of this command; returns the exit code of the CDK. */
  readonly deploy: (stack: string, environment: string) => Promise<number>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The real AWS, the CDK's command line and the keyboard. */
export function realTools(): UpgradeTools {
  const pressed = new AbortController();
  let watched = false;
  return {
    connect,
    deploy,
    now: Date.now,
    interrupted: () => pressed.signal.aborted,
    async pause(seconds) {
      // Before the watching begins, Ctrl-C ends the command and the CDK like any other.
      if (!watched) process.once('SIGINT', () => pressed.abort());
      watched = true;
      await sleep(seconds * 1000, undefined, { signal: pressed.signal }).catch(() => {});
    },
  };
}

/** As `npx cdk deploy` would, with its questions. */
async function deploy(stack: string, environment: string): Promise<number> {
  const args = [
    'deploy',
    stack,
    '--exclusively',
    '-c',
    `env=${environment}`,
    '--require-approval',
    'broadening',
  ];
  const child = spawn(process.execPath, [cdk, ...args], { cwd: projectRoot, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
