import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { businessHoursOf } from '../../../config/business-hours.ts';
import { clock, dayAndClock, DAY, momentOf, WEEK } from '../../../config/week-time.ts';
import { maintenanceTime } from '../../../constructs/database-maintenance/maintenance-time.ts';
import { freeMinutes } from '../../../constructs/odoo-server/proof-time.ts';

const OFFICE = 'mon-fri 07:00-17:00';
const windows = { maintenance: 'sun:03:00-sun:04:00', backup: '00:30-01:30' };
const at = (...args: Parameters<typeof maintenanceTime>): string => dayAndClock(maintenanceTime(...args));

describe('the weekly look at the database', () => {
  it.each([
    ['an hour after the maintenance window', windows, OFFICE, 'sun:05:00'],
    ['after work', { maintenance: 'wed:05:30-wed:06:30', backup: '00:30-01:30' }, OFFICE, 'wed:17:00'],
    [
      'not into the backup',
      { maintenance: 'sat:22:00-sat:23:00', backup: '00:30-01:30' },
      OFFICE,
      'sun:01:30',
    ],
    ['where people work around the clock: outside the windows', windows, 'mon-sun 00:00-00:00', 'sun:05:00'],
  ])('%s', (_what, given, hours, expected) => {
    expect(at(given, hours)).toBe(expected);
  });

  it('waits for what is busy, and is over before it begins', () => {
    expect(at(windows, OFFICE, [{ from: momentOf('sun:05:30'), minutes: 120 }])).toBe('sun:07:30');
  });

  it('is never in a window nor in work time where the week has room', () => {
    const hour = fc.integer({ min: 0, max: WEEK / 30 - 1 }).map((half) => half * 30);
    fc.assert(
      fc.property(hour, fc.integer({ min: 0, max: DAY / 30 - 1 }), (weekly, daily) => {
        const given = {
          maintenance: `${dayAndClock(weekly)}-${dayAndClock((weekly + 60) % WEEK)}`,
          backup: `${clock(daily * 30)}-${clock(daily * 30 + 60)}`,
        };
        const time = maintenanceTime(given, OFFICE);
        expect(freeMinutes(time, given)).toBeGreaterThanOrEqual(60);
        const { days, from, to } = businessHoursOf(OFFICE);
        const hourOfDay = (time % DAY) / 60;
        const works = days.includes(Math.floor(time / DAY) + 1) && hourOfDay >= from && hourOfDay < to;
        expect(works).toBe(false);
      }),
    );
  });
});
