import { aws_lambda as lambda, Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { buildSync } from 'esbuild';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface PackedProgram {
  /** Names its folder among the assets, for example `drill`. */
  readonly name: string;
  /** File that it begins with. */
  readonly entry: string;
  /** Packages that come with the runtime, or that nobody needs. */
  readonly external: readonly string[];
  /** Files beside it, by name. */
  readonly beside?: Readonly<Record<string, string>>;
}

/** Each is packed once, however many environments are synthesized. */
const packed = new Map<string, string>();

/** A Lambda program with what it imports, as one file. */
export function packedProgram(scope: Construct, program: PackedProgram): lambda.Code {
  const { name, entry, beside = {} } = program;
  const text = packed.get(entry) ?? pack(program);
  packed.set(entry, text);
  const stage = Stage.of(scope);
  if (stage === undefined) throw new Error(`${scope.node.path} is not part of an app`);
  // Beside the other assets: a temporary directory would stay behind after every synthesis.
  const folder = join(stage.assetOutdir, `${name}-${scope.node.addr}`);
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries({ 'index.js': text, ...beside })) {
    writeFileSync(join(folder, file), content);
  }
  return lambda.Code.fromAsset(folder);
}

function pack({ entry, external }: PackedProgram): string {
  const { outputFiles } = buildSync({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    external: [...external],
    charset: 'utf8',
    legalComments: 'inline',
    logLevel: 'error',
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error('esbuild made nothing');
  return output.text;
}
