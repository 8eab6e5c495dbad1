import type { PlanPart, RecoveryTime } from '../../config/sizing/plan.ts';

const bases: Readonly<Record<PlanPart['basis'], string>> = {
  measured: 'measured',
  stated: "AWS's statement",
  designed: 'by design',
  assumed: 'assumed',
};

/** What a number rests on. */
export function basisOf({ basis, source }: Pick<PlanPart, 'basis' | 'source'>): string {
  return `${bases[basis]}: ${source}`;
}

/** Minutes as a person says them: `17 min`, `2 h`, `1 h 20 min`. */
export function lengthOf(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

/** How long a recovery is expected to take. */
export function expectedTime(minutes: RecoveryTime['minutes']): string {
  if (minutes === 'never') return 'never';
  return minutes === 0 ? 'at once' : lengthOf(minutes);
}
