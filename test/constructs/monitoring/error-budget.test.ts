import { describe, expect, it } from 'vitest';
import { type BusinessHours, businessHoursOf } from '../../../config/business-hours.ts';
import { failingShare, hoursPromised, inBusinessHours } from '../../../constructs/monitoring/error-budget.ts';
import { valueOf } from './metric-math.ts';

const WORKDAYS = businessHoursOf('mon-fri 07:00-17:00');
/** Nearly always, for which the usual figures hold. */
const ALWAYS: BusinessHours = { days: [1, 2, 3, 4, 5, 6, 7], from: 0, to: 0 };

describe('how many may fail', () => {
  it('follows from the hours for which something is promised', () => {
    expect(hoursPromised(ALWAYS)).toBe(720);
    expect(hoursPromised(WORKDAYS)).toBeCloseTo((50 * 30) / 7);
    expect(hoursPromised(businessHoursOf('mon-fri 22:00-06:00'))).toBeCloseTo((40 * 30) / 7);
  });

  it('is the usual multiple of what a month allows, where that is promised around the clock', () => {
    const objective = { availabilityPercent: 99.5, businessHours: ALWAYS };
    expect(failingShare(objective, { budgetShare: 0.02, hours: 1 })).toBe(7.2);
    expect(failingShare(objective, { budgetShare: 0.05, hours: 6 })).toBe(3);
  });

  it('is less where fewer hours have to make up for it', () => {
    const objective = { availabilityPercent: 99.5, businessHours: WORKDAYS };
    expect(failingShare(objective, { budgetShare: 0.02, hours: 1 })).toBe(2.14);
    expect(failingShare(objective, { budgetShare: 0.05, hours: 6 })).toBe(0.89);
  });

  it('is never more than can fail', () => {
    const objective = { availabilityPercent: 90, businessHours: ALWAYS };
    expect(failingShare(objective, { budgetShare: 0.02, hours: 1 })).toBe(50);
  });

  it('uses up a month when it goes on for as long as the budget lasts', () => {
    const burn = { budgetShare: 0.02, hours: 1 };
    const share = failingShare({ availabilityPercent: 99.5, businessHours: WORKDAYS }, burn);
    const hoursUntilNothingIsLeft = burn.hours / burn.budgetShare;
    expect((share * hoursUntilNothingIsLeft) / hoursPromised(WORKDAYS)).toBeCloseTo(0.5, 2);
  });
});

describe.each(['mon-fri 07:00-17:00', 'sun-thu 05:00-15:00', 'sun-thu 22:00-08:00', 'mon-sun 00:00-23:00'])(
  'the clock of %s',
  (text) => {
    it('agrees with the calendar in every hour of a week', () => {
      const expression = inBusinessHours(businessHoursOf(text), 'any');
      const metrics = [
        {
          Id: 'any',
          MetricStat: { Metric: { MetricName: 'Any' }, Stat: 'Sum', Period: 60 },
          ReturnData: false,
        },
        { Id: 'clock', Expression: expression },
      ];
      for (let moment = 0; moment < 168; moment += 1) {
        const [day, hour] = [Math.floor(moment / 24) + 1, moment % 24];
        expect([day, hour, valueOf(metrics, { day, hour })]).toEqual([
          day,
          hour,
          isOpen(text, moment) ? 1 : 0,
        ]);
      }
    });
  },
);

/** Reckoned differently: by walking from each opening to its end. */
function isOpen(text: string, moment: number): boolean {
  const { days, from, to } = businessHoursOf(text);
  const length = (to - from + 24) % 24;
  return days.some((day) => {
    const opens = (day - 1) * 24 + from;
    return (moment - opens + 168) % 168 < length;
  });
}
