import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { resourcesOf, type Templates } from '../support/templates.ts';

/** A metric that an alarm or a dashboard looks at. */
export interface WatchedMetric {
  readonly by: string;
  readonly stack: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, unknown>>;
  /** Seconds. */
  readonly period: number;
  /** Silence counts as trouble: a period that is shorter than the time between two values would always ring. */
  readonly silenceRings: boolean;
}

/** Who writes metrics of one namespace. */
interface Publisher {
  /** Names, with the minutes between two values where they come by themselves; 0: whenever something happens. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Sets of dimensions under which it does, each with the type of resource that the value has to be of, or a check of a literal. */
  readonly dimensions: readonly Readonly<Record<string, Value>>[];
}

type Value = string | ((literal: unknown, templates: Templates) => boolean);

const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
const TARGET_GROUP = 'AWS::ElasticLoadBalancingV2::TargetGroup';

/** What the services publish of themselves, by their user guides (read in November 2026). */
const aws: Readonly<Record<string, Publisher>> = {
  'AWS/ApplicationELB': {
    metrics: {
      HealthyHostCount: 1,
      UnHealthyHostCount: 1,
      RequestCount: 0,
      TargetResponseTime: 0,
      HTTPCode_Target_5XX_Count: 0,
      HTTPCode_ELB_5XX_Count: 0,
    },
    dimensions: [{ LoadBalancer: LOAD_BALANCER, TargetGroup: TARGET_GROUP }, { LoadBalancer: LOAD_BALANCER }],
  },
  'AWS/CertificateManager': {
    metrics: { DaysToExpiry: 720 },
    dimensions: [{ CertificateArn: 'AWS::CertificateManager::Certificate' }],
  },
  'AWS/EC2': {
    // Checks each minute, everything else each five.
    metrics: { StatusCheckFailed: 1, CPUUtilization: 5, CPUSurplusCreditsCharged: 5 },
    dimensions: [{ AutoScalingGroupName: 'AWS::AutoScaling::AutoScalingGroup' }],
  },
  'AWS/ECS': {
    metrics: { CPUUtilization: 1, MemoryUtilization: 1 },
    dimensions: [{ ClusterName: 'AWS::ECS::Cluster', ServiceName: 'AWS::ECS::Service' }],
  },
  'AWS/Lambda': { metrics: { Errors: 1 }, dimensions: [{ FunctionName: 'AWS::Lambda::Function' }] },
  'AWS/RDS': {
    metrics: {
      CPUUtilization: 1,
      CPUSurplusCreditsCharged: 5,
      DatabaseConnections: 1,
      FreeableMemory: 1,
      FreeStorageSpace: 1,
      MaximumUsedTransactionIDs: 1,
    },
    dimensions: [{ DBInstanceIdentifier: 'AWS::RDS::DBInstance' }],
  },
  'AWS/S3': {
    metrics: { OperationsFailedReplication: 0 },
    dimensions: [
      {
        SourceBucket: 'AWS::S3::Bucket',
        DestinationBucket: 'AWS::S3::Bucket',
        RuleId: (rule, templates) => has(templates, 'AWS::S3::Bucket', rule),
      },
    ],
  },
  'AWS/S3/Files': {
    metrics: { ExportAge: 0, ExportFailures: 0, ImportFailures: 0, LostAndFoundFiles: 0 },
    dimensions: [{ FileSystemId: 'AWS::S3Files::FileSystem' }],
  },
  'AWS/SES': {
    metrics: { 'Reputation.BounceRate': 0, 'Reputation.ComplaintRate': 0 },
    dimensions: [{}],
  },
  'AWS/WAFV2': {
    metrics: { AllowedRequests: 0, BlockedRequests: 0 },
    dimensions: [
      {
        WebACL: (name, templates) => has(templates, 'AWS::WAFv2::WebACL', name),
        Region: () => true,
        Rule: (rule) => rule === 'ALL',
      },
    ],
  },
};

/** What programs of this project publish: where their source is, and the resource that runs them. */
const own: Readonly<Record<string, readonly { readonly source: string; readonly runsIn: string }[]>> = {
  'Odoo/Copies': [{ source: 'constructs/recovery/watch-copies.lambda', runsIn: 'AWS::Lambda::Function' }],
  'Odoo/Restore': [
    { source: 'constructs/restore-testing/validate-restore.lambda', runsIn: 'AWS::Lambda::Function' },
    { source: 'constructs/drill', runsIn: 'AWS::Lambda::Function' },
    { source: 'constructs/odoo-server/files/backup', runsIn: 'AWS::AutoScaling::AutoScalingGroup' },
  ],
  'Odoo/Server': [{ source: 'constructs/odoo-server', runsIn: 'AWS::AutoScaling::AutoScalingGroup' }],
};

/** Metrics that nobody publishes, each with the reason why one would wait for it in vain. */
export function unpublished(templates: Templates): readonly string[] {
  return watchedMetrics(templates).flatMap((metric) => {
    const problem = problemOf(metric, templates);
    return problem === undefined ? [] : [`${metric.by}: ${metric.namespace} ${metric.name}: ${problem}`];
  });
}

/** Every metric that the alarms of an environment look at, those of expressions too. */
export function watchedMetrics(templates: Templates): readonly WatchedMetric[] {
  return resourcesOf(templates, 'AWS::CloudWatch::Alarm').flatMap(
    ({ stack, resource: { Properties = {} } }) => {
      const by = String(Properties['AlarmName']);
      const silenceRings = Properties['TreatMissingData'] === 'breaching';
      const queries = Array.isArray(Properties['Metrics'])
        ? Properties['Metrics']
        : [{ MetricStat: alone(Properties) }];
      return queries.flatMap(({ MetricStat: stat }): WatchedMetric[] =>
        stat === undefined
          ? []
          : [
              {
                by,
                stack,
                namespace: stat.Metric.Namespace,
                name: stat.Metric.MetricName,
                dimensions: Object.fromEntries(
                  (stat.Metric.Dimensions ?? []).map((dimension: { Name: string; Value: unknown }) => [
                    dimension.Name,
                    dimension.Value,
                  ]),
                ),
                period: stat.Period,
                silenceRings,
              },
            ],
      );
    },
  );
}

/** An alarm on one metric, written as CloudWatch writes one of several. */
function alone(properties: Readonly<Record<string, unknown>>) {
  const { Namespace, MetricName, Dimensions, Period } = properties;
  return { Metric: { Namespace, MetricName, Dimensions }, Period };
}

function problemOf(metric: WatchedMetric, templates: Templates): string | undefined {
  const publisher = aws[metric.namespace];
  if (publisher !== undefined) return problemWithAws(metric, publisher, templates);
  const programs = own[metric.namespace];
  if (programs !== undefined) return problemWithOwn(metric, programs, templates);
  return isOfLogs(metric, templates) ? undefined : 'nothing in the templates publishes it';
}

function problemWithAws(
  { name, dimensions, period, silenceRings, stack }: WatchedMetric,
  publisher: Publisher,
  templates: Templates,
): string | undefined {
  const every = publisher.metrics[name];
  if (every === undefined) return 'the service has no such metric';
  if (silenceRings && (every === 0 || period < every * 60))
    return `silence rings, and a value comes every ${every} minutes`;
  const names = Object.keys(dimensions).toSorted().join(', ');
  const expected = publisher.dimensions.find((set) => Object.keys(set).toSorted().join(', ') === names);
  if (expected === undefined) return `not by the dimensions ${names}`;
  const wrong = Object.entries(expected).find(([dimension, value]) => {
    const given = dimensions[dimension];
    return typeof value === 'string' ? typeOf(given, stack, templates) !== value : !value(given, templates);
  });
  return wrong && `${wrong[0]} is ${JSON.stringify(dimensions[wrong[0]])}`;
}

function problemWithOwn(
  { name, dimensions }: WatchedMetric,
  programs: (typeof own)[string],
  templates: Templates,
): string | undefined {
  if (dimensions['Environment'] === undefined) return 'without the dimension Environment';
  const running = programs.filter(({ runsIn }) => resourcesOf(templates, runsIn).length > 0);
  return running.some(({ source }) => mentions(source, name)) ? undefined : 'no program that runs writes it';
}

/** Whether a filter of a log makes it. */
function isOfLogs({ namespace, name }: WatchedMetric, templates: Templates): boolean {
  const made = { MetricNamespace: namespace, MetricName: name };
  return resourcesOf(templates, 'AWS::Logs::MetricFilter').some(({ resource }) => {
    const transformations: unknown = resource.Properties?.['MetricTransformations'];
    return (
      Array.isArray(transformations) &&
      transformations.some((transformation: object) =>
        isDeepStrictEqual({ ...transformation, ...made }, transformation),
      )
    );
  });
}

/** Type of the resource that a value is of, in another stack too. */
function typeOf(value: unknown, stack: string, templates: Templates): string | undefined {
  if (!isObject(value)) return undefined;
  const output = value['Fn::GetStackOutput'];
  if (isObject(output)) {
    const { StackName, OutputName } = output;
    const producer =
      Object.keys(templates).find((name) => `-${String(StackName)}`.endsWith(`-${name}`)) ?? '';
    const found = templates[producer]?.Outputs?.[String(OutputName)];
    return isObject(found) ? typeOf(found['Value'], producer, templates) : undefined;
  }
  const attribute = value['Fn::GetAtt'];
  const logicalId: unknown = Array.isArray(attribute) ? attribute[0] : value['Ref'];
  return templates[stack]?.Resources[String(logicalId)]?.Type;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function has(templates: Templates, type: string, text: unknown): boolean {
  const written = JSON.stringify(text);
  return resourcesOf(templates, type).some(({ resource }) =>
    JSON.stringify(resource.Properties).includes(written),
  );
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The agent makes names of those of a plugin and its measurement. */
const OF_AGENT = /^(?:disk|mem)_(?<measurement>\w+)$/;

function mentions(source: string, name: string): boolean {
  const { measurement = name } = OF_AGENT.exec(name)?.groups ?? {};
  const directory = join(root, source);
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((file) => join(directory, file))
    .filter((file) => statSync(file).isFile())
    .some((file) => new RegExp(`\\b${measurement}\\b`).test(readFileSync(file, 'utf8')));
}
