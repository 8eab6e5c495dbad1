import { aws_lambda as lambda, Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { buildSync } from 'esbuild';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('./drill.lambda/index.mjs', import.meta.url));

/** Packed once, however many environments are synthesized. */
let program: string | undefined;

/** The functions of a drill as one file: they share parts with other functions, which are in other folders. */
export function packedDrill(scope: Construct): lambda.Code {
  program ??= pack();
  const stage = Stage.of(scope);
  if (stage === undefined) throw new Error(`${scope.node.path} is not part of an app`);
  // Beside the other assets: a temporary directory would stay behind after every synthesis.
  const folder = join(stage.assetOutdir, `drill-${scope.node.addr}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.js'), program);
  return lambda.Code.fromAsset(folder);
}

function pack(): string {
  const { outputFiles } = buildSync({
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // They come with the runtime.
    external: ['@aws-sdk/*'],
    charset: 'utf8',
    logLevel: 'error',
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error('esbuild made nothing');
  return output.text;
}
