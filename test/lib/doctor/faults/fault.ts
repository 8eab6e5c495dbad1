import type { Patient, PATIENTS } from '../patient.ts';
import { NOW } from '../world.ts';

/** Something that is wrong, and what the doctor has to say of it. */
export interface Fault {
  /** What somebody did, or nobody. */
  readonly what: string;
  readonly environment: (typeof PATIENTS)[number];
  readonly plant: (patient: Patient) => void;
  /** The one check that fails. */
  readonly check: string;
  readonly says: RegExp;
  /** Checks that can be made no more, because what they look at is gone. */
  readonly hides?: readonly string[];
}

/** So many days before the moment of the tests. */
export const ago = (days: number): Date => new Date(NOW.getTime() - days * 86_400_000);

export function fault(
  environment: Fault['environment'],
  check: string,
  what: string,
  says: RegExp,
  plant: Fault['plant'],
  hides?: readonly string[],
): Fault {
  return { environment, check, what, says, plant, hides };
}
