import type { Tier } from '../../../config/sizing/plan.ts';

/** A metric of CloudWatch: namespace, name, statistic, dimensions. */
export type MetricSource = readonly [
  namespace: string,
  name: string,
  statistic: string,
  dimensions: Readonly<Record<string, string>>,
];

/** What is measured of an environment, as far as its architecture has it. CPU, memory and disk in percent. */
export const MEASURED = [
  'requests',
  'errors',
  'entryErrors',
  'responseTime',
  'p95',
  'webCpu',
  'cronCpu',
  'webMemory',
  'databaseCpu',
  'connections',
  'freeStorage',
  'serverCpu',
  'serverMemory',
  'serverDisk',
  'healthy',
] as const;
export type Measured = (typeof MEASURED)[number];

/** The construct `HealthReport` writes them. */
export interface Settings {
  readonly environment: string;
  readonly tier: Tier;
  /** As the environment file says. */
  readonly users: number;
  /** HTTP workers of the least number of web nodes. */
  readonly workers: number;
  readonly auditBucket: string;
  readonly availabilityPercent: number;
  /** For example `mon-fri 07:00-17:00`, in UTC. */
  readonly businessHours: string;
  /** Of the database, GiB: as deployed, and up to where RDS enlarges it. Absent on the single server. */
  readonly storageGiB?: { readonly planned: number; readonly most: number };
  /** Kinds of restore tests that there are. */
  readonly proofs: readonly ('database' | 'filestore' | 'volume')[];
  /** Where drills are reported, in the recovery Region. */
  readonly drills?: { readonly bucket: string; readonly region: string };
  readonly metrics: Readonly<Partial<Record<Measured, MetricSource>>>;
}
