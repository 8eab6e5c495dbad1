import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ReleaseExecutions } from '../release/release-executions.ts';
import { fencedSince, type FencedSince } from './fenced.ts';
import type { Patience } from './follow-execution.ts';
import { keyboard } from './keyboard.ts';

const projectRoot = fileURLToPath(new URL('../..', import.meta.url));
const cdk = fileURLToPath(new URL('../../node_modules/aws-cdk/bin/cdk', import.meta.url));

/** What `npm run upgrade` asks of an AWS account, in one Region. */
export interface ReleaseAccount {
  /** Outputs of a stack by name; undefined if there is no such stack. */
  outputsOf(stack: string): Promise<Readonly<Record<string, string>> | undefined>;
  readonly releases: Pick<ReleaseExecutions, 'running' | 'start' | 'look' | 'logLines'>;
}

/** What `npm run upgrade` needs besides the configuration; tests have their own. */
export interface UpgradeTools extends Patience {
  readonly fencedSince: FencedSince;
  readonly connect: (region: string) => Promise<ReleaseAccount>;
  /** Deploys one stack alone, in the terminal of this command; returns the exit code of the CDK. */
  readonly deploy: (stack: string, environment: string) => Promise<number>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The real AWS, the CDK's command line and the keyboard. */
export function realTools(): UpgradeTools {
  return { fencedSince, connect, deploy, now: Date.now, ...keyboard() };
}

/** AWS itself, with the credentials that the CDK would use. */
export async function connect(region: string): Promise<ReleaseAccount> {
  // Only now: the other commands start in a fraction of the time that these take to load.
  const [{ CloudFormationClient }, { findStack, outputsOf }, { ReleaseExecutions }] = await Promise.all([
    import('@aws-sdk/client-cloudformation'),
    import('../cloudformation.ts'),
    import('../release/release-executions.ts'),
  ]);
  const cloudFormation = new CloudFormationClient({ region, maxAttempts: 8 });
  return {
    async outputsOf(name) {
      const stack = await findStack(cloudFormation, name);
      return stack && outputsOf(stack);
    },
    releases: new ReleaseExecutions(region),
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
