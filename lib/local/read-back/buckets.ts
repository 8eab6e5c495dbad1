import {
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { Comparison, Deployed } from '../comparison.ts';
import type { DeployedResource } from '../deployed-resources.ts';
import type { LocalAccount } from '../local-account.ts';

/** What the probe object holds at the end. */
const LATEST = 'second';

/** Key under which the filestore bucket is tried out; the SHA-1 of nothing, as Odoo would name an empty file. */
const PROBE_KEY = 'filestore/odoo/da/da39a3ee5e6b4b0d3255bfef95601890afd80709';

interface PolicyStatement {
  readonly Effect: string;
  readonly Principal: unknown;
  readonly Condition?: { readonly Bool?: Readonly<Record<string, unknown>> };
}

/** Every bucket is private and refuses plain HTTP; those that hold data keep versions, tried with a real object. */
export async function readBuckets({ account, resources }: Deployed): Promise<readonly Comparison[]> {
  const buckets = resources.all.filter(({ type }) => type === 'AWS::S3::Bucket');
  const comparisons = buckets.map(({ stack, logicalId, physicalId }) =>
    compareBucket(account, `${stack}/${logicalId}`, physicalId),
  );
  const filestore = buckets.find(({ logicalId }) => logicalId.startsWith('Filestore'));
  return [
    ...(await Promise.all(comparisons)).flat(),
    ...(filestore ? await tryVersions(account, filestore.physicalId) : []),
    { what: 'filestore buckets', expected: true, actual: filestore !== undefined },
  ];
}

/** Filestore buckets that outlive their stacks still hold their files. */
export async function compareKeptFiles(
  account: LocalAccount,
  kept: readonly DeployedResource[],
): Promise<readonly Comparison[]> {
  const buckets = kept.filter(
    ({ type, logicalId }) => type === 'AWS::S3::Bucket' && logicalId.startsWith('FilestoreBucket'),
  );
  return Promise.all(
    buckets.map(async ({ stack, physicalId }) => {
      const { Body } = await account.s3.send(new GetObjectCommand({ Bucket: physicalId, Key: PROBE_KEY }));
      return {
        what: `file in the kept bucket of ${stack}`,
        expected: LATEST,
        actual: await Body?.transformToString(),
      };
    }),
  );
}

/** How one bucket is protected. */
export async function compareBucket(
  account: LocalAccount,
  name: string,
  bucket: string,
): Promise<Comparison[]> {
  const [access, policy, versioning] = await Promise.all([
    account.s3.send(new GetPublicAccessBlockCommand({ Bucket: bucket })),
    account.s3.send(new GetBucketPolicyCommand({ Bucket: bucket })),
    account.s3.send(new GetBucketVersioningCommand({ Bucket: bucket })),
  ]);
  const holdsData = /Filestore|Backup/.test(name);
  return [
    {
      what: `${name} blocks public access`,
      expected: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      actual: access.PublicAccessBlockConfiguration,
    },
    {
      what: `${name} has a policy against plain HTTP`,
      expected: true,
      actual: refusesPlainHttp(policy.Policy),
    },
    ...(holdsData
      ? [{ what: `${name} keeps versions`, expected: 'Enabled', actual: versioning.Status }]
      : []),
  ];
}

function refusesPlainHttp(policy = '{}'): boolean {
  const { Statement = [] }: { Statement?: readonly PolicyStatement[] } = JSON.parse(policy);
  return Statement.some(
    ({ Effect, Principal, Condition }) =>
      Effect === 'Deny' &&
      JSON.stringify(Principal).includes('"*"') &&
      String(Condition?.Bool?.['aws:SecureTransport']) === 'false',
  );
}

async function tryVersions(account: LocalAccount, bucket: string): Promise<Comparison[]> {
  const object = { Bucket: bucket, Key: PROBE_KEY };
  await account.s3.send(new PutObjectCommand({ ...object, Body: 'first' }));
  await account.s3.send(new PutObjectCommand({ ...object, Body: LATEST }));
  const { Versions = [] } = await account.s3.send(
    new ListObjectVersionsCommand({ Bucket: bucket, Prefix: PROBE_KEY }),
  );
  const former = Versions.find(({ IsLatest }) => !IsLatest)?.VersionId;
  const { Body } = await account.s3.send(new GetObjectCommand({ ...object, VersionId: former }));
  return [
    {
      what: 'an overwritten object can still be read',
      expected: 'first',
      actual: await Body?.transformToString(),
    },
  ];
}
