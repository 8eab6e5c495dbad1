import type { Availability, CpuArchitecture, SizingMode } from '../environment.ts';

export type Tier = 'small' | 'medium' | 'large';

/** What the sizing engine decides for one environment. Frozen; every number has a reason in `reasons`. */
export interface Plan {
  readonly environment: string;
  readonly tier: Tier;
  readonly users: number;
  readonly sizing: SizingMode;
  readonly availability: Availability;
  readonly architecture: CpuArchitecture;
  /** Users expected to work at the same time. */
  readonly concurrentUsers: number;
  /** Concurrent users that the capacity is dimensioned and tested for: 150 %. */
  readonly testedConcurrentUsers: number;
  readonly app: AppPlan;
  /** The process that runs scheduled jobs: in small on the server, otherwise an ECS service of its own. */
  readonly cron: CronPlan;
  /** The single server. Small only. */
  readonly server?: ServerPlan;
  readonly database: DatabasePlan;
  readonly network: NetworkPlan;
  readonly costPerMonthUsd: MonthlyCost;
  /** What is, and would be, in the recovery Region. Absent without one. */
  readonly recovery?: RecoveryPlan;
  /** The same environment sized the other way, to compare. */
  readonly alternative: Alternative;
  readonly rtoHours: number;
  readonly rpoHours: number;
  /** What is lost at most, by what happened. */
  readonly losses: readonly LossPlan[];
  /** How long it takes until Odoo serves again, by what happened. */
  readonly recoveryTimes: readonly RecoveryTime[];
  readonly reasons: readonly Reason[];
  /** What an ordinary AWS account may lack at this size; to be checked before the first deployment. */
  readonly preflight: readonly PreflightItem[];
}

/** What the other sizing mode would cost, or why it cannot serve this environment. */
export type Alternative =
  | { readonly sizing: SizingMode; readonly totalPerMonthUsd: number }
  | { readonly sizing: SizingMode; readonly unavailable: string };

/** One web node: in small the server's share for Odoo's web processes, otherwise one Fargate task. */
export interface AppPlan {
  readonly nodesMin: number;
  readonly nodesMax: number;
  /** vCPU of one node. On Fargate one of its sizes: 1, 2, 4, 8, 16. */
  readonly vcpu: number;
  readonly memoryMiB: number;
  /** Odoo HTTP workers per node. */
  readonly workers: number;
  /** Cron workers of the whole environment; they run in the process of {@link Plan.cron}. */
  readonly cronWorkers: number;
  readonly odoo: OdooSettings;
  /** Average CPU share in percent at which the service adds nodes. */
  readonly targetCpuPercent: number;
}

export interface CronPlan {
  /** vCPU and memory of the cron task; in small, its share of the server. */
  readonly vcpu: number;
  readonly memoryMiB: number;
  readonly workers: number;
}

/** Options of odoo.conf that follow from the size, in Odoo's own units (bytes, seconds, counts). */
export interface OdooSettings {
  readonly limitMemorySoftBytes: number;
  readonly limitMemoryHardBytes: number;
  readonly limitTimeCpuSeconds: number;
  readonly limitTimeRealSeconds: number;
  readonly limitTimeRealCronSeconds: number;
  readonly limitRequest: number;
  /** Connections per Odoo process. */
  readonly dbMaxconn: number;
  /** Connections of the gevent (websocket) process. */
  readonly dbMaxconnGevent: number;
}

export interface ServerPlan {
  /** EC2 instance type, for example `t4g.xlarge`. */
  readonly instanceType: string;
  readonly vcpu: number;
  readonly memoryMiB: number;
  readonly rootVolumeGiB: number;
  /** gp3 volume for PostgreSQL, filestore and certificates. */
  readonly dataVolume: { readonly sizeGiB: number; readonly iops: number; readonly throughputMiBps: number };
  /** Minutes until Odoo answers again, as expected: after the loss of the server, and of its data volume as well. */
  readonly recoveryMinutes: { readonly replaced: number; readonly restored: number };
}

export interface DatabasePlan {
  /** `host`: PostgreSQL on the single server. `rds`: an RDS for PostgreSQL instance. */
  readonly kind: 'host' | 'rds';
  /** RDS instance class such as `db.m7g.large`; on the host, the EC2 instance type. */
  readonly class: string;
  readonly vcpu: number;
  readonly memoryMiB: number;
  readonly storageGiB: number;
  /** Up to where RDS storage grows by itself, in GiB; equal to `storageGiB` on the host. */
  readonly storageMaxGiB: number;
  /** Provisioned IOPS and MiB/s; absent where gp3's included baseline applies and must not be named. */
  readonly iops?: number;
  readonly throughputMiBps?: number;
  readonly multiAz: boolean;
  /**
   * PostgreSQL parameters by name, in the unit the engine takes: on RDS `shared_buffers`, `effective_cache_size` and
   * `wal_buffers` are 8 kB pages, `work_mem` and `maintenance_work_mem` kB; on the host the same numbers with units
   * written out (`256MB`).
   */
  readonly parameters: Readonly<Record<string, string>>;
  readonly maxConnections: number;
  /** Connections needed with every node at its maximum and every pool in use, with reserve. */
  readonly connectionsNeeded: number;
}

export interface NetworkPlan {
  readonly availabilityZones: number;
  readonly natGateways: number;
}

/** An environment in its recovery Region: sized as it is, in another network. */
export interface RecoveryPlan {
  readonly region: string;
  /** Once it is brought back; beforehand there is no NAT gateway. */
  readonly network: NetworkPlan;
  /** What the network there costs beforehand. Copies and their key are in {@link Plan.costPerMonthUsd}. */
  readonly pilotLightPerMonthUsd: number;
  /** What it costs while it runs there, the copies included, which it then runs on. */
  readonly costPerMonthUsd: MonthlyCost;
}

export interface MonthlyCost {
  readonly total: number;
  readonly items: readonly CostItem[];
  /** Region whose prices were used; differs from the environment's where no price list is stored for it. */
  readonly pricedRegion: string;
  /** Date of the newest price, ISO 8601. */
  readonly asOf: string;
  /** What a bill has and this estimate does not, in words. */
  readonly excluded: readonly string[];
}

export type Confidence = 'high' | 'medium' | 'low';

export interface CostItem {
  readonly item: string;
  readonly quantity: number;
  readonly unit: string;
  readonly unitPriceUsd: number;
  readonly perMonthUsd: number;
  readonly confidence: Confidence;
}

/** What one kind of mishap costs at most. */
export interface LossPlan {
  /** What happened, for example `the loss of the Region`. */
  readonly after: string;
  readonly database: Lost;
  readonly attachments: Lost;
  /** Whether neither is more than {@link Plan.rpoHours}. */
  readonly withinObjective: boolean;
}

export interface Lost {
  /** Minutes of work at most, the sum of the parts; `everything` where there is no copy. */
  readonly minutes: number | 'everything';
  readonly parts: readonly LostPart[];
}

/** A share of what is lost. */
export interface LostPart extends PlanPart {
  readonly minutes: number | 'everything';
}

/** A share of what adds up to a number that is promised, and how it is known. */
export interface PlanPart {
  readonly because: string;
  /**
   * `measured`: by the project, not on AWS. `stated`: by AWS. `designed`: it follows from what is built. `assumed`: nobody
   * vouches for it.
   */
  readonly basis: 'measured' | 'stated' | 'designed' | 'assumed';
  readonly source: string;
}

/**
 * How long it is expected to take after one kind of mishap until Odoo serves again. Where somebody has to decide, from the
 * decision on: noticing and deciding take the time of people.
 */
export interface RecoveryTime {
  /** What happened, worded as in {@link LossPlan.after} where that knows it. */
  readonly after: string;
  /** Whether somebody has to decide on it; otherwise it begins by itself. */
  readonly decided: boolean;
  /** Minutes, the rounded sum of the phases; `never` where there is nothing to bring it back from, or by. */
  readonly minutes: number | 'never';
  readonly phases: readonly RecoveryPhase[];
  /** Whether it is not more than {@link Plan.rtoHours}. */
  readonly withinObjective: boolean;
}

/** A part of a recovery, and how it is known how long that takes. */
export interface RecoveryPhase extends PlanPart {
  readonly phase: string;
  readonly minutes: number | 'never';
  /** Day from which the number is, ISO 8601. */
  readonly asOf: string;
}

/** What the list of checks is made from. */
export type CheckedPlan = Pick<Plan, 'tier' | 'app' | 'cron' | 'server' | 'database' | 'network'>;

/** Why a derived number is what it is. */
export interface Reason {
  /** Path into the plan, for example `app.workers`. */
  readonly path: string;
  readonly value: string | number | boolean;
  readonly because: string;
  readonly source: string;
}

export interface PreflightItem {
  readonly check: string;
  /** What this plan needs, for example `24 vCPU (16 steady, 8 more during a deployment)`. */
  readonly needs: string;
  /** What a new account usually has. */
  readonly typicalDefault: string;
  /** What to do, with the quota code or console page. */
  readonly action: string;
}
