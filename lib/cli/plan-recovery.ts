import type { RecoveryPhase, RecoveryTime } from '../../config/sizing/plan.ts';
import { sources } from '../../config/sizing/sources.ts';
import { basisOf, expectedTime } from './plan-basis.ts';
import type { Style } from './style.ts';
import { alignRows, wrap } from './text-layout.ts';

/** How long every kind of mishap is expected to keep Odoo away, by which phases, and on what each of them rests. */
export function servesAgain(times: readonly RecoveryTime[], { width }: Style): string {
  const rows = times.map(({ after, minutes, decided, withinObjective }) => [
    after,
    expectedTime(minutes),
    decided ? 'by somebody' : 'by itself',
    withinObjective ? 'held' : 'NOT held',
  ]);
  return [
    alignRows([['after', 'expected', 'begun', 'objective'], ...rows], width),
    ...sameTogether(times).flatMap(({ after, phases }) => [
      wrap(`After ${after}:`, width, 2),
      phaseLines(phases, width),
    ]),
    wrap(
      'From the decision on, where somebody has to decide. Drills and rehearsals settle what is assumed.',
      width,
      2,
    ),
  ].join('\n');
}

/** What is brought back in the same way is explained once. */
function sameTogether(times: readonly RecoveryTime[]): readonly Pick<RecoveryTime, 'after' | 'phases'>[] {
  const together = new Map<string, RecoveryTime[]>();
  for (const time of times) {
    const key = JSON.stringify(time.phases);
    together.set(key, [...(together.get(key) ?? []), time]);
  }
  return [...together.values()].map((same) => ({
    after: same.map(({ after }) => after).join(', and after '),
    phases: same[0]?.phases ?? [],
  }));
}

/** Each phase with its time, and why it takes that. */
export function phaseLines(phases: readonly RecoveryPhase[], width: number): string {
  return alignRows(phases.map(phaseRow), width - 2).replaceAll(/^/gm, '  ');
}

function phaseRow({ phase, minutes, because, ...known }: RecoveryPhase): readonly string[] {
  return [minutes === 'never' ? 'never' : tenths(minutes), `${phase}: ${because} (${ground(known)})`];
}

/** A measurement has a day; of most assumptions there is nothing to say but that they are some. */
function ground({ asOf, ...known }: Omit<RecoveryPhase, 'phase' | 'minutes' | 'because'>): string {
  if (known.source === sources.drill) return 'assumed';
  return known.basis === 'measured' ? `${basisOf(known)}, ${asOf}` : basisOf(known);
}

/** Whole minutes from ten on: more is not known. */
function tenths(minutes: number): string {
  return `${minutes < 10 ? Math.round(minutes * 10) / 10 : Math.round(minutes)} min`;
}
