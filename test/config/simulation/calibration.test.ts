import { describe, expect, it } from 'vitest';
import { INTERFERENCE } from '../../../config/simulation/assumptions.ts';
import { type Comparison, compareWithMeasurement } from '../../../config/simulation/calibration.ts';

/** What is accepted: medians within 35 %, 95th percentiles within 1.5 times below 80 % busy and 2 times above. */
function isNear({ measured, simulated }: Comparison): boolean {
  const factor = simulated.p95 / measured.p95;
  const most = measured.busy < 0.8 ? 1.5 : 2;
  return Math.abs(simulated.p50 / measured.p50 - 1) <= 0.35 && Math.max(factor, 1 / factor) <= most;
}

function far(comparisons: readonly Comparison[]): readonly number[] {
  return comparisons
    .filter((comparison) => !isNear(comparison))
    .map(({ requestsPerSecond }) => requestsPerSecond);
}

describe('the simulation beside the measurement', () => {
  it('comes near all six runs with one set of parameters', () => {
    const comparisons = compareWithMeasurement();

    expect(comparisons).toHaveLength(6);
    expect(far(comparisons)).toEqual([]);
  });

  it('has the cores as busy as they were', () => {
    for (const { requestsPerSecond, measured, simulated } of compareWithMeasurement()) {
      expect(Math.abs(simulated.busy - measured.busy), `${requestsPerSecond}/s`).toBeLessThan(0.03);
    }
  });

  it('does not hang on the exact length of a burst', () => {
    for (const burstMs of [20, 70]) {
      expect(far(compareWithMeasurement({ ...INTERFERENCE, burstMs }))).toEqual([]);
    }
  });

  it('needs the interference: with requests alone on the machine it is too optimistic', () => {
    expect(far(compareWithMeasurement({ share: 0, burstMs: 1 }))).toHaveLength(5);
  });

  it('needs its bursts: evenly spread, the same share makes one run less than half as slow as it was', () => {
    const comparisons = compareWithMeasurement({ ...INTERFERENCE, burstMs: 1 });

    expect(far(comparisons)).toEqual([119.4]);
    const { simulated, measured } = comparisons.find((run) => !isNear(run)) ?? {};
    expect((simulated?.p95 ?? Infinity) / (measured?.p95 ?? 0)).toBeLessThan(0.5);
  });
});
