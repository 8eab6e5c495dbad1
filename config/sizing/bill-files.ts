import type { BillBasis, BillLine } from './bill-line.ts';
import type { Usage } from './usage.ts';

/** Filestore and sessions. */
export function fileLines({ environment, plan, usage }: BillBasis): readonly BillLine[] {
  const bucket: readonly BillLine[] = [
    {
      item: 'S3 filestore bucket',
      key: 's3.standard.storage',
      quantity: usage.filestoreGB,
      unit: 'GB-months',
      estimated: true,
    },
    {
      item: 'S3 filestore uploads',
      key: 's3.standard.put',
      quantity: usage.newObjects / 1000,
      unit: 'thousand requests',
      estimated: true,
    },
  ];
  if (plan.tier === 'small') {
    return bucket;
  }
  return [
    ...(environment.storage.filestore === 's3-files'
      ? [...bucket, ...s3FilesLines(usage)]
      : efsFilestoreLines(usage)),
    { item: 'EFS sessions', key: 'efs.standard.storage', quantity: 1, unit: 'GB-months', estimated: true },
    {
      item: 'EFS sessions, read',
      key: 'efs.elasticThroughput.read',
      quantity: usage.sessionReadsGB,
      unit: 'GB',
      estimated: true,
    },
    {
      item: 'EFS sessions, written',
      key: 'efs.elasticThroughput.write',
      quantity: usage.sessionWritesGB,
      unit: 'GB',
      estimated: true,
    },
  ];
}

function s3FilesLines(usage: Usage): readonly BillLine[] {
  return [
    {
      item: 'S3 Files, files in use',
      key: 's3files.highPerformanceStorage',
      quantity: usage.activeFilesGB,
      unit: 'GB-months',
      estimated: true,
    },
    { item: 'S3 Files, read', key: 's3files.read', quantity: usage.fileReadsGB, unit: 'GB', estimated: true },
    {
      item: 'S3 Files, written',
      key: 's3files.write',
      quantity: usage.fileWritesGB,
      unit: 'GB',
      estimated: true,
    },
  ];
}

function efsFilestoreLines(usage: Usage): readonly BillLine[] {
  return [
    {
      item: 'EFS filestore',
      key: 'efs.standard.storage',
      quantity: usage.filestoreGB,
      unit: 'GB-months',
      estimated: true,
    },
    {
      item: 'EFS filestore, read',
      key: 'efs.elasticThroughput.read',
      quantity: usage.fileReadsGB,
      unit: 'GB',
      estimated: true,
    },
    {
      item: 'EFS filestore, written',
      key: 'efs.elasticThroughput.write',
      quantity: usage.fileWritesGB,
      unit: 'GB',
      estimated: true,
    },
  ];
}
