import { aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { formatProblems } from '../../../config/format-problems.ts';
import { loadEnvironmentFiles, resolveAll } from '../../../config/load.ts';
import { addEnvironments, createApp } from '../../../lib/odoo-app.ts';

// The app as bin/app.ts builds it, with one planted defect: a bucket without access logs and without a TLS-only policy.
const app = createApp();
const resolved = resolveAll(await loadEnvironmentFiles(), { env: 'dev' });
if (!resolved.ok) throw new Error(formatProblems(resolved.problems));
addEnvironments(app, resolved.value);
const network = app.node.findChild('dev-Network');
if (!Stack.isStack(network)) throw new Error('dev-Network is not a stack');
new s3.Bucket(network, 'PlantedBucket');
app.synth();
