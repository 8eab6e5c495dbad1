import type { Environment } from '../environment.ts';
import type { Tier } from './plan.ts';
import { tierOf } from './tier.ts';

/** Least size of an environment, all nodes of a tier together; zero where there is no floor. */
export interface Floors {
  readonly appVcpu: number;
  readonly appMemoryMiB: number;
  readonly storageGiB: number;
  readonly databaseVcpu: number;
  readonly databaseMemoryMiB: number;
}

/** Smallest storage that RDS and a useful data volume have. */
const LEAST_STORAGE_GIB = 20;

const none: Floors = {
  appVcpu: 0,
  appMemoryMiB: 0,
  storageGiB: LEAST_STORAGE_GIB,
  databaseVcpu: 0,
  databaseMemoryMiB: 0,
};

const small = { ...none, storageGiB: 20 };
const medium = { ...none, storageGiB: 50 };
const large: Floors = {
  ...application(8, 32),
  storageGiB: 500,
  databaseVcpu: 16,
  databaseMemoryMiB: 64 * 1024,
};

/**
 * The implementation guide's sizes. Where it gives a minimum and a recommendation, production gets the recommendation.
 * In small the numbers are those of the one server, which holds everything.
 */
const guideSizes: Readonly<Record<Tier, { readonly production: Floors; readonly otherwise: Floors }>> = {
  small: {
    production: { ...small, ...application(4, 8) },
    otherwise: { ...small, ...application(2, 4) },
  },
  medium: {
    production: { ...medium, ...application(8, 16) },
    otherwise: { ...medium, ...application(4, 8) },
  },
  large: { production: large, otherwise: large },
};

/** The least size of this environment: the guide's in reference mode, next to nothing in measured mode. */
export function floorsOf(environment: Environment): Floors {
  if (environment.sizing === 'measured') {
    return none;
  }
  const guide = guideSizes[tierOf(environment.users)];
  return environment.production ? guide.production : guide.otherwise;
}

function application(appVcpu: number, memoryGiB: number): Pick<Floors, 'appVcpu' | 'appMemoryMiB'> {
  return { appVcpu, appMemoryMiB: memoryGiB * 1024 };
}
