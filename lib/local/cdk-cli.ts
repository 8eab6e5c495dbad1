import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { localFolder, projectRoot } from './workspace.ts';

/** Nothing takes a tenth of this on the emulator; what does, waits for something that will not come. */
const TIME_LIMIT_MS = 300_000;

const cli = join(projectRoot, 'node_modules/aws-cdk/bin/cdk');

/** How a call of the CDK's command line ended. */
export interface CdkResult {
  readonly exitCode: number;
  readonly output: string;
}

/** Called with what is worth showing while a command runs. */
export type Progress = (latest: string) => void;

/** The CDK's command line, bound to the emulator: no call made through it can reach a real account. */
export class CdkCli {
  private readonly endpoint: string;
  private readonly region: string;
  private calls = 0;

  /** @param endpoint - address of the emulator; by default one where nobody listens, for commands that need no account. */
  constructor(region: string, endpoint = 'http://127.0.0.1:1') {
    this.region = region;
    this.endpoint = endpoint;
  }

  /**
   * Runs one command and throws if it fails.
   *
   * @param name - what the command is for; names its log file.
   */
  async run(name: string, args: readonly string[], progress?: Progress): Promise<CdkResult> {
    const result = await this.attempt(name, args, progress);
    if (result.exitCode !== 0) {
      const tail = result.output.trim().split('\n').slice(-25).join('\n');
      throw new Error(`cdk ${args.join(' ')} ended with exit code ${result.exitCode}:\n${tail}`);
    }
    return result;
  }

  /** Runs one command that may fail. */
  async attempt(name: string, args: readonly string[], progress?: Progress): Promise<CdkResult> {
    this.calls += 1;
    const number = String(this.calls).padStart(2, '0');
    const log = createWriteStream(join(localFolder('logs'), `${number}-${name.replaceAll(/\W+/g, '-')}.log`));
    const child = spawn(process.execPath, [cli, ...args, '--no-notices', '--ci'], {
      cwd: projectRoot,
      env: this.childEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIME_LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    // A command that outlives this process would go on asking an emulator that is gone.
    const end = (): boolean => child.kill('SIGKILL');
    process.once('exit', end);
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
      log.write(chunk);
      const latest = chunk.toString().trim().split('\n').at(-1);
      if (latest) progress?.(latest);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, killedBy) => {
        if (killedBy) output += `\nended by ${killedBy} after ${TIME_LIMIT_MS / 1000} s without a result`;
        resolve(code ?? 1);
      });
    });
    process.removeListener('exit', end);
    log.end();
    return { exitCode, output };
  }

  private childEnvironment(): NodeJS.ProcessEnv {
    // Whatever the shell says about AWS or a proxy must not lead a call away from the emulator.
    const inherited = Object.entries(process.env).filter(
      ([key]) => !/^(AWS_|CDK_|https?_proxy$|all_proxy$)/i.test(key),
    );
    return {
      ...Object.fromEntries(inherited),
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_REGION: this.region,
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      AWS_ENDPOINT_URL: this.endpoint,
      // The CLI remembers which account an access key belongs to, also between runs with other accounts.
      CDK_HOME: localFolder('cdk-home'),
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      CDK_DISABLE_VERSION_CHECK: 'true',
      NO_COLOR: '1',
    };
  }
}
