import type { aws_lambda as lambda } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { fileURLToPath } from 'node:url';
import { packedProgram } from '../shared/packed-program.ts';

/** The functions of a drill as one file: they share parts with other functions, which are in other folders. */
export function packedDrill(scope: Construct): lambda.Code {
  return packedProgram(scope, {
    name: 'drill',
    entry: fileURLToPath(new URL('./drill.lambda/index.mjs', import.meta.url)),
    // They come with the runtime.
    external: ['@aws-sdk/*'],
  });
}
