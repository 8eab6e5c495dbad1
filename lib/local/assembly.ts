import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CdkCli, Progress } from './cdk-cli.ts';
import { localFolder } from './workspace.ts';

/** What this module reads of a CloudFormation template. */
interface Template {
  readonly Resources?: Readonly<Record<string, { readonly Type: string; readonly DeletionPolicy?: string }>>;
}

/** What is synthesized instead of an environment as its file has it. */
export interface Instead {
  /** Another number of users. */
  readonly users?: number;
  /** The environment in its recovery Region, brought back to this moment. */
  readonly recover?: string;
}

/** One environment as the app synthesized it. */
export class Assembly {
  /** Folder that `cdk --app` takes. */
  readonly folder: string;
  private readonly templates: ReadonlyMap<string, Template>;

  private constructor(folder: string) {
    this.folder = folder;
    const files = readdirSync(folder).filter((file) => file.endsWith('.template.json'));
    this.templates = new Map(
      files.map((file) => [
        file.replace('.template.json', ''),
        JSON.parse(readFileSync(join(folder, file), 'utf8')),
      ]),
    );
  }

  /** Synthesizes one environment with its policy checks, as `npx cdk synth -c env=NAME` does. */
  static async synthesize(
    cdk: CdkCli,
    environment: string,
    instead: Instead = {},
    progress?: Progress,
  ): Promise<Assembly> {
    const others = Object.entries(instead);
    const name = [environment, ...others.map(([, value]) => value)].join('-');
    const folder = localFolder(join('assemblies', name));
    // What an earlier run left there would be deployed along.
    rmSync(folder, { recursive: true, force: true });
    const context = others.flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    await cdk.run(
      `synth ${name}`,
      ['synth', '-q', '-c', `env=${environment}`, ...context, '-o', folder],
      progress,
    );
    return new Assembly(folder);
  }

  get stackNames(): readonly string[] {
    return [...this.templates.keys()];
  }

  get resourceCount(): number {
    return [...this.templates.values()].reduce(
      (sum, { Resources = {} }) => sum + Object.keys(Resources).length,
      0,
    );
  }

  /** Whether a deletion of its stack leaves the resource alone. */
  keeps(stack: string, logicalId: string): boolean {
    const policy = this.deletionPolicy(stack, logicalId);
    return policy === 'Retain' || policy === 'RetainExceptOnCreate';
  }

  /** Whether a deletion of its stack takes a last snapshot of the resource. */
  snapshots(stack: string, logicalId: string): boolean {
    return this.deletionPolicy(stack, logicalId) === 'Snapshot';
  }

  private deletionPolicy(stack: string, logicalId: string): string | undefined {
    return this.templates.get(stack)?.Resources?.[logicalId]?.DeletionPolicy;
  }
}
