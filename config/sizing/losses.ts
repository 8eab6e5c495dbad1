import type { Environment } from '../environment.ts';
import type { DatabasePlan, LossPlan, Lost, LostPart, Tier } from './plan.ts';
import { serverLosses } from './server-losses.ts';
import { serviceLosses } from './service-losses.ts';

/** What is lost at most of database and attachments, by what happened, and whether the recovery point objective is held. */
export function lossesOf(
  environment: Environment,
  { tier, database }: { readonly tier: Tier; readonly database: Pick<DatabasePlan, 'multiAz'> },
): readonly LossPlan[] {
  const losses = tier === 'small' ? serverLosses(environment) : serviceLosses(environment, database);
  const allowed = environment.objectives.rpoHours * 60;
  const isWithin = ({ minutes }: Lost) => minutes !== 'everything' && minutes <= allowed;
  return losses.map((loss) => {
    const lost = { database: sumOf(loss.database), attachments: sumOf(loss.attachments) };
    const withinObjective = isWithin(lost.database) && isWithin(lost.attachments);
    return { after: loss.after, ...lost, withinObjective };
  });
}

function sumOf(parts: readonly LostPart[]): Lost {
  const minutes = parts
    .map((part) => part.minutes)
    .reduce((sum, more) => (sum === 'everything' || more === 'everything' ? 'everything' : sum + more));
  return { minutes, parts };
}
