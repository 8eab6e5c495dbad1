import type { Proof } from './evidence.ts';
import { type Gathered, type Health, round } from './health.ts';
import type { Settings } from './settings.ts';
import type { Recommendation } from './users.ts';

/** `act`: somebody has to do something this month. `unknown`: nobody can say. */
export type Level = 'act' | 'watch' | 'well' | 'unknown';

/** One thing that the reader should know. */
export interface Conclusion {
  readonly about: string;
  readonly level: Level;
  readonly text: string;
}

const LEVELS: readonly Level[] = ['act', 'unknown', 'watch', 'well'];

const DAY_MS = 86_400_000;
/** A restore test each week, and two days for one that was repeated. */
const PROOF_DAYS = 9;
/** Of a drill, where they are made each month. */
const DRILL_DAYS = 40;
/** Half a year is enough to decide about a larger size, three months are not with budgets and holidays. */
const STORAGE_DAYS = { act: 90, watch: 180 };

/** What the month comes to, what has to be done first. */
export function conclusionsOf(settings: Settings, gathered: Gathered, health: Health): readonly Conclusion[] {
  const all = [
    users(settings, health.users),
    availability(settings, health),
    storage(health),
    alarms(gathered),
    ...(gathered.proofs ?? []).map((proof) => proven(proof, gathered.now)),
    look(gathered),
    ...gathered.failures.map((text): Conclusion => ({ about: 'This report', level: 'unknown', text })),
  ];
  return all.toSorted((one, other) => LEVELS.indexOf(one.level) - LEVELS.indexOf(other.level));
}

function users({ users: written }: Settings, found: Recommendation): Conclusion {
  const about = 'Number of users';
  if (found.verdict === 'unknown') {
    return { about, level: 'unknown', text: `Nothing can be said about ${written}: ${found.because}.` };
  }
  const { bottleneck, peak, target, carries, recommended, between } = found;
  const seen = `${capital(bottleneck)}: busy for ${percent(peak)} at the peak, planned for up to ${percent(target)}. The present size carries about ${carries} users like today's`;
  const range = `between ${between[0]} and ${between[1]} by a quieter and by the busiest moment`;
  if (found.verdict === 'too-low') {
    const text = `${seen}; the file says ${written}. Write users: ${recommended} (${range}) and deploy.`;
    return { about, level: 'act', text };
  }
  if (found.verdict === 'too-high') {
    const text = `${seen}; the file says ${written}. If as many really work with it, ${recommended} would do (${range}). Wait for a month or year end before you lower it, and compare with npm run plan first.`;
    return { about, level: 'watch', text };
  }
  return { about, level: 'well', text: `${seen}; the file says ${written}, which fits (${range}).` };
}

function availability(
  { availabilityPercent: promised }: Settings,
  { availability: found }: Health,
): Conclusion {
  const about = 'Availability';
  if (found === undefined)
    return { about, level: 'unknown', text: `Not measured; ${promised} % are promised.` };
  const reached = Math.floor(found.reached * 1000) / 1000;
  const text = `${reached} % of ${found.of}, ${promised} % are promised.`;
  return { about, level: found.reached < promised ? 'act' : 'well', text };
}

function storage({ storage: found }: Health): Conclusion {
  const about = 'Storage';
  if (found === undefined) return { about, level: 'unknown', text: 'Not measured.' };
  const { freeNow, growthPerWeek, daysToFull: days } = found;
  if (growthPerWeek === undefined) {
    const text = `Free: ${freeNow}. How it grows is known after two weeks.`;
    return { about, level: 'unknown', text };
  }
  const text = `Free: ${freeNow}. Growth in a week: ${growthPerWeek}.`;
  if (days === undefined) return { about, level: 'well', text };
  const level = days < STORAGE_DAYS.act ? 'act' : days < STORAGE_DAYS.watch ? 'watch' : 'well';
  return { about, level, text: `${text} Full in about ${days} days.` };
}

function alarms({ rung }: Gathered): Conclusion {
  const about = 'Alarms';
  if (rung === undefined) return { about, level: 'unknown', text: 'Their history could not be read.' };
  if (rung.length === 0) return { about, level: 'well', text: 'None has rung.' };
  const times = rung.reduce((total, alarm) => total + alarm.times, 0);
  const longest = rung.map(({ name }) => name)[0] ?? '';
  const text = `${rung.length} have rung, ${times} times in all, ${longest} for longest.`;
  return { about, level: rung.some(({ name }) => name.includes('-critical-')) ? 'act' : 'watch', text };
}

function proven({ of, provenAt, lastFailedAt }: Proof, now: Date): Conclusion {
  const about = of === 'drill' ? 'Recovery drill' : `Restore of the ${of}`;
  const failed =
    lastFailedAt === undefined || (provenAt !== undefined && lastFailedAt < provenAt)
      ? ''
      : ` The last attempt, ${day(lastFailedAt)}, has failed.`;
  if (provenAt === undefined) return { about, level: 'act', text: `Never proven.${failed}` };
  const days = (now.getTime() - provenAt.getTime()) / DAY_MS;
  const late = days > (of === 'drill' ? DRILL_DAYS : PROOF_DAYS);
  const text = `Proven last on ${day(provenAt)}, ${Math.floor(days)} days ago.${failed}`;
  return { about, level: late || failed !== '' ? 'act' : 'well', text };
}

function look({ look: found, now }: Gathered): Conclusion {
  const about = 'Database';
  if (found === undefined) return { about, level: 'unknown', text: 'The last look at it could not be read.' };
  if (found === null) return { about, level: 'unknown', text: 'Nobody has looked at it yet.' };
  const days = Math.floor((now.getTime() - Date.parse(found.at)) / DAY_MS);
  const when = `Looked at ${days} days ago`;
  const urgent = found.findings.filter(({ severity }) => severity === 'urgent').length;
  if (found.findings.length === 0) {
    return { about, level: days > PROOF_DAYS ? 'act' : 'well', text: `${when}: nothing is open.` };
  }
  const text = `${when}: ${found.findings.length} findings are open, ${urgent} of them urgent. About ${round(found.measures['bloatPercent'] ?? 0)} % of tables and indexes are empty.`;
  return { about, level: urgent > 0 || days > PROOF_DAYS ? 'act' : 'watch', text };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function percent(share: number): string {
  return `${round(100 * share)} %`;
}

export function day(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}
