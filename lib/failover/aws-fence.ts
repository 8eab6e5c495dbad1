import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { FENCE, FENCE_NOTE } from '../../constructs/audit/audit-prefixes.ts';
import { findStack, resourcesOf } from '../cloudformation.ts';
import { jsonText } from '../release/json-text.ts';
import { moment } from '../backups/server-list.ts';
import type { FenceRegion } from './fence.ts';

const fence = z.object({ fencedAt: moment });
const note = z.object({ fencedAt: moment, seenAt: moment, running: z.int().nonnegative() });

/** Stacks of which one is there as soon as an environment was brought back. */
const RECOVERED = ['Recovery-Data', 'Recovery-Service', 'Recovery-Server'];

/** AWS itself, in the recovery Region, with the credentials that the AWS CLI would use. */
export async function awsFence(environment: string, region: string): Promise<FenceRegion> {
  const cloudFormation = new CloudFormationClient({ region });
  const s3 = new S3Client({ region });
  const Bucket = await auditReplica(cloudFormation, environment);
  const read = async <T>(Key: string, schema: z.ZodType<T>): Promise<T | undefined> => {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return jsonText.pipe(schema).parse(await Body?.transformToString());
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  };
  return {
    fence: () => read(FENCE, fence),
    note: () => read(FENCE_NOTE, note),
    setFence: async ({ fencedAt }) => {
      const Body = JSON.stringify({ fencedAt: fencedAt.toISOString() });
      await s3.send(new PutObjectCommand({ Bucket, Key: FENCE, Body, ContentType: 'application/json' }));
    },
    removeFence: async () => {
      await s3.send(new DeleteObjectCommand({ Bucket, Key: FENCE }));
    },
    isRecovered: async () => {
      const stacks = RECOVERED.map((purpose) => findStack(cloudFormation, `${environment}-${purpose}`));
      return (await Promise.all(stacks)).some((stack) => stack !== undefined);
    },
  };
}

async function auditReplica(client: CloudFormationClient, environment: string): Promise<string> {
  const stack = `${environment}-Recovery`;
  for await (const { ResourceType, LogicalResourceId = '', PhysicalResourceId } of resourcesOf(
    client,
    stack,
  )) {
    if (ResourceType !== 'AWS::S3::Bucket' || PhysicalResourceId === undefined) continue;
    if (LogicalResourceId.startsWith('AuditReplica')) return PhysicalResourceId;
  }
  throw new Error(`stack ${stack} has no AuditReplica: deploy it from this checkout`);
}
