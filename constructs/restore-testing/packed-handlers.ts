import type { aws_lambda as lambda } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { fileURLToPath } from 'node:url';
import { packedProgram } from '../shared/packed-program.ts';

/**
 * The functions of a restore test as one file, with the certificates that they trust beside it.
 *
 * @param certificates - of RDS in the Region of the functions, PEM.
 */
export function packedHandlers(scope: Construct, certificates: string): lambda.Code {
  return packedProgram(scope, {
    name: 'restore-testing',
    entry: fileURLToPath(new URL('./validate-restore.lambda/index.ts', import.meta.url)),
    // The first comes with the runtime, the second is for who has PostgreSQL's own library.
    external: ['@aws-sdk/client-s3', 'pg-native'],
    beside: { 'ca.pem': certificates },
  });
}
