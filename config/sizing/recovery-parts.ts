import type { Environment } from '../environment.ts';
import type { RecoveryPhase, RecoveryTime } from './plan.ts';
import { commonFigures, type Figure } from './recovery-figures.ts';
import { sources } from './sources.ts';

/** What brings Odoo back after one kind of mishap, before it is summed up. */
export type Recovery = Pick<RecoveryTime, 'after' | 'decided' | 'phases'>;

/** A phase that takes what a figure says. */
export function takes(phase: string, { minutes, ...known }: Figure, because: string): RecoveryPhase {
  return { phase, minutes, because, ...known };
}

/** A figure for so many GiB. */
export function times(gib: number, figure: Figure): Figure {
  return { ...figure, minutes: figure.minutes * gib };
}

/** Before anything is brought back in another Region. */
export const fenced: RecoveryPhase = takes(
  'fence',
  commonFigures.fenced,
  'npm run fence waits for a Region that does not answer; one that does is stopped sooner',
);

export const momentFound: RecoveryPhase = takes(
  'moment',
  commonFigures.momentFound,
  'a function reads until when the copies are complete',
);

/** The last thing, wherever users come from. */
export function domainMoved({ domain }: Environment): readonly RecoveryPhase[] {
  const byHand = domain?.hostedZone === undefined ? '; made by hand here, at once' : '';
  return [
    takes('record', commonFigures.dnsChanged, `the domain points at the other Region${byHand}`),
    takes('DNS', commonFigures.dnsForgotten, 'resolvers forget the old address'),
  ];
}

/** After the loss of a Region, where nothing brings the environment back. */
export function never(because: string): readonly RecoveryPhase[] {
  return [
    {
      phase: 'recovery',
      minutes: 'never',
      because,
      basis: 'designed',
      source: sources.configured,
      asOf: '2026-11-30',
    },
  ];
}

export const withoutCopies = never('no copy leaves the Region, because recoveryRegion is not set');
