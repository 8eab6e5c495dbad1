import { aws_lambda as lambda, Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { buildSync } from 'esbuild';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('./validate-restore.lambda/index.ts', import.meta.url));

/** Packed once, however many environments are synthesized. */
let program: string | undefined;

/**
 * The functions of a restore test as one file, with the certificates that they trust beside it.
 *
 * @param certificates - of RDS in the Region of the functions, PEM.
 */
export function packedHandlers(scope: Construct, certificates: string): lambda.Code {
  program ??= pack();
  const stage = Stage.of(scope);
  if (stage === undefined) throw new Error(`${scope.node.path} is not part of an app`);
  // Beside the other assets: a temporary directory would stay behind after every synthesis.
  const folder = join(stage.assetOutdir, `restore-testing-${scope.node.addr}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.js'), program);
  writeFileSync(join(folder, 'ca.pem'), certificates);
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
    mainFields: ['module', 'main'],
    // The first comes with the runtime, the second is for who has PostgreSQL's own library.
    external: ['@aws-sdk/client-s3', 'pg-native'],
    charset: 'utf8',
    legalComments: 'inline',
    logLevel: 'error',
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error('esbuild made nothing');
  return output.text;
}
