import type { DrillAccount } from '../drill/drill-account.ts';
import type { Patience } from './follow-execution.ts';
import { keyboard } from './keyboard.ts';

/** What `npm run drill` needs besides the configuration; tests have their own. */
export interface DrillTools extends Patience {
  readonly connect: (environment: string, region: string) => Promise<DrillAccount>;
  readonly now: () => Date;
}

/** The real AWS, and the keyboard. */
export function realTools(): DrillTools {
  return { connect, now: () => new Date(), ...keyboard() };
}

async function connect(environment: string, region: string): Promise<DrillAccount> {
  // Only now: the other commands start in a fraction of the time that AWS's libraries take to load.
  const { awsDrills } = await import('../drill/aws-drills.ts');
  return awsDrills(environment, region);
}
