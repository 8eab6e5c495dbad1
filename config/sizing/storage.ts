import type { Environment } from '../environment.ts';
import { floorsOf } from './floors.ts';

/** Assumed size of a young database: a base for modules and assets, and so much per user. */
const DATABASE_BASE_GIB = 5;
const DATABASE_GIB_PER_USER = 0.1;

/** Years of growth that are provided for. */
const YEARS = 3;

/** Share of a volume that is filled at most: full disks stop databases and their backups. */
const FILLED = 0.8;

/** RDS ignores storage autoscaling that leaves less than a tenth of room. */
const LEAST_HEADROOM = 1.1;

/** Database today, in GiB. */
export function databaseTodayGiB({ users }: Environment): number {
  return DATABASE_BASE_GIB + DATABASE_GIB_PER_USER * users;
}

/** What so many GiB become in three years. */
function grownGiB(todayGiB: number, { storage }: Environment): number {
  return todayGiB * (1 + storage.growthPerYear) ** YEARS;
}

/** Storage of an RDS instance in GiB: today's data with room; growth is left to storage autoscaling. */
export function databaseStorageGiB(environment: Environment): number {
  const roomy = Math.ceil(databaseTodayGiB(environment) / FILLED);
  return Math.max(roomy, floorsOf(environment).storageGiB, environment.storage.floorGiB);
}

/** Up to where RDS storage grows by itself, in GiB: three years of growth, and enough for autoscaling to be accepted. */
export function databaseStorageMaxGiB(storageGiB: number, environment: Environment): number {
  return Math.ceil(Math.max(grownGiB(storageGiB, environment), storageGiB * LEAST_HEADROOM));
}

/** Data volume of the single server in GiB: database and filestore after three years, because it does not grow by itself. */
export function dataVolumeGiB(environment: Environment): number {
  const today = databaseTodayGiB(environment) + environment.storage.filestoreGiB;
  const roomy = Math.ceil(grownGiB(today, environment) / FILLED);
  return Math.max(roomy, floorsOf(environment).storageGiB, environment.storage.floorGiB);
}
