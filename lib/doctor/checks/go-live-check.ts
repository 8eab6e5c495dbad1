import { instant } from '../../backups/words.ts';
import { DAY, momentOf, WEEK } from '../../../config/week-time.ts';
import type { Check } from '../check.ts';

/** What only a day has on which people begin to work with it. */
export const goLiveCheck: Check = {
  name: 'maintenance-window',
  asks: 'Does no maintenance of AWS or of the server fall into the first day?',
  basis: 'environment file',
  todo: 'move windows.maintenance in the environment file to another day and deploy, 48 hours before at the latest',
  page: 'docs/configuration.md',
  async look({ environment, props: { goLive } }, findings) {
    const { maintenance } = environment.windows;
    if (goLive === undefined) {
      return findings.cannotRead('the first day', new Error('say when it goes live: --at 2026-12-05T08:00Z'));
    }
    const first = weekMoment(goLive);
    const [begins = 0, ends = 0] = maintenance.split('-').map(momentOf);
    // Weeks begin again: everything is counted from the first moment.
    const opens = (begins - first + WEEK) % WEEK;
    const closes = opens + ((ends - begins + WEEK) % WEEK);
    const apart = opens >= DAY && closes <= WEEK;
    const text = `the window is ${maintenance} UTC, the first day begins ${instant(goLive)}`;
    findings.require(apart, text, text);
  },
};

/** Minutes since Monday 00:00 UTC. */
function weekMoment(moment: Date): number {
  const weekday = (moment.getUTCDay() + 6) % 7;
  return weekday * DAY + moment.getUTCHours() * 60 + moment.getUTCMinutes();
}
