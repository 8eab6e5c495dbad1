import { aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { createApp } from '../../../lib/odoo-app.ts';

// The app as bin/app.ts makes it, with one planted defect: a bucket without access logs and without a TLS-only policy.
const app = createApp();
new s3.Bucket(new Stack(app, 'dev-Network', { env: { region: 'eu-central-1' } }), 'PlantedBucket');
new Stack(app, 'dev-Data', { env: { region: 'eu-central-1' } });
app.synth();
