import {
  ArnFormat,
  aws_cloudwatch as cloudwatch,
  aws_iam as iam,
  aws_logs as logs,
  aws_synthetics as synthetics,
  Duration,
  RemovalPolicy,
  Size,
  Stack,
  type aws_kms as kms,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { fileURLToPath } from 'node:url';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import { logRetention } from '../shared/log-retention.ts';
import { ARTIFACT_DAYS, ArtifactBucket } from './artifact-bucket.ts';

const SCRIPT = fileURLToPath(new URL('script', import.meta.url));

/**
 * The newest that AWS lists (October 2026): Node.js 22, Playwright 1.63, Chromium 153. By its name, because the CDK learns of a
 * runtime later. AWS announces by e-mail, 60 days ahead, when one can no longer be chosen; canaries go on with it.
 */
export const RUNTIME = new synthetics.Runtime('syn-nodejs-playwright-9.0', synthetics.RuntimeFamily.NODEJS);

/** Longer than all limits of the script together, so that a run ends by itself. */
const TIME_LIMIT = Duration.seconds(90);

/** Prefix in the bucket. */
const RUNS = 'runs';

/** Metrics of canaries that AWS writes. */
const NAMESPACE = 'CloudWatchSynthetics';

export interface OdooCanaryProps {
  /** Name of the canary as well: at most 21 characters, beyond which Synthetics cuts names of what it makes. */
  readonly environmentName: string;
  /** Where users reach Odoo, without a path. */
  readonly url: string;
  /** Between two runs: 1 to 60 minutes. Each costs USD 0.0012. */
  readonly interval: Duration;
  /** Key of logs and artifacts. */
  readonly logKey: kms.IKey;
  /** Days for which logs are kept. */
  readonly logRetentionDays: number;
}

/**
 * A browser that opens Odoo's login page again and again from outside, as a user does, and looks whether everything came, the
 * database answers and live updates connect. It has no password of Odoo.
 *
 * Security notes: outside of the VPC, with nothing that a stranger on the internet has not. Its role writes runs into one
 * prefix of one bucket, one log group and metrics of one namespace.
 */
export class OdooCanary extends Construct {
  readonly name: string;
  readonly interval: Duration;

  constructor(scope: Construct, id: string, props: OdooCanaryProps) {
    super(scope, id);
    this.name = props.environmentName;
    this.interval = props.interval;
    const bucket = new ArtifactBucket(this, 'Artifacts', props.logKey);
    const canary = new synthetics.Canary(this, 'Canary', {
      canaryName: this.name,
      runtime: RUNTIME,
      test: synthetics.Test.custom({ code: synthetics.Code.fromAsset(SCRIPT), handler: 'index.handler' }),
      schedule: synthetics.Schedule.rate(props.interval),
      timeout: Duration.seconds(Math.min(TIME_LIMIT.toSeconds(), props.interval.toSeconds())),
      memory: Size.mebibytes(1024),
      environmentVariables: { ODOO_URL: props.url },
      role: this.role(bucket, props.logKey),
      artifactsBucketLocation: { bucket, prefix: RUNS },
      successRetentionPeriod: Duration.days(ARTIFACT_DAYS),
      failureRetentionPeriod: Duration.days(ARTIFACT_DAYS),
      // Otherwise its function and layers stay behind, which nobody looks for.
      provisionedResourceCleanup: true,
      // Its function is part of the environment's cost.
      resourcesToReplicateTags: [synthetics.ResourceToReplicateTags.LAMBDA_FUNCTION],
    });
    this.encryptArtifacts(canary, props.logKey);
    this.keepLogs(canary, props);
  }

  /** On the resource, because the canary's own property lets its role do everything with the key that one can do with data. */
  private encryptArtifacts({ node: { defaultChild } }: synthetics.Canary, { keyArn }: kms.IKey): void {
    if (!(defaultChild instanceof synthetics.CfnCanary)) throw new Error(`${this.node.path} has no canary`);
    defaultChild.artifactConfig = { s3Encryption: { encryptionMode: 'SSE_KMS', kmsKeyArn: keyArn } };
  }

  /** Share of the runs in a period that passed, or how many there were (`SampleCount`). */
  metricSuccessPercent(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: NAMESPACE,
      metricName: 'SuccessPercent',
      dimensionsMap: { CanaryName: this.name },
      statistic: 'Average',
      period: this.interval,
      ...options,
    });
  }

  /**
   * What AWS asks for, without the right to make log groups: the one below is encrypted and expires, and the function would
   * make one that does neither.
   */
  private role(bucket: ArtifactBucket, logKey: kms.IKey): iam.Role {
    const role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    const allow = (actions: string[], resource: string, conditions?: Record<string, unknown>) =>
      role.addToPolicy(new iam.PolicyStatement({ actions, resources: [resource], conditions }));
    const runs = bucket.arnForObjects(`${RUNS}/*`);
    allow(['s3:PutObject', 's3:GetObject'], runs);
    allow(['s3:GetBucketLocation'], bucket.bucketArn);
    allow(['kms:GenerateDataKey', 'kms:Decrypt'], logKey.keyArn);
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], this.logGroupsArn());
    allow(['s3:ListAllMyBuckets'], '*');
    allow(['cloudwatch:PutMetricData'], '*', { StringEquals: { 'cloudwatch:namespace': NAMESPACE } });
    acknowledgeWildcard(
      role,
      runs,
      'Each run writes under a name of its own, below one prefix of one bucket.',
    );
    acknowledgeWildcard(
      role,
      this.logGroupsArn(),
      'Synthetics ends the name of the log group by an id that is known once the canary is made. It begins with that of this canary.',
    );
    acknowledge(
      role,
      'AwsSolutions-IAM5[Resource::*]',
      'Neither action can be limited to a resource. Metrics go into the one namespace of canaries, and of buckets the names are listed, which Synthetics does before it writes.',
    );
    return role;
  }

  private logGroupsArn(): string {
    return Stack.of(this).formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: `/aws/lambda/cwsyn-${this.name}-*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  /** Under the name that the canary's function has, which its log goes by. */
  private keepLogs(canary: synthetics.Canary, { logKey, logRetentionDays }: OdooCanaryProps): void {
    new logs.LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/cwsyn-${this.name}-${canary.canaryId}`,
      encryptionKey: logKey,
      retention: logRetention(logRetentionDays),
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}
