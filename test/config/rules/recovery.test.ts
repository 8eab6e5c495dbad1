import { describe } from 'vitest';
import { itAccepts, itRefuses } from '../rule-table.ts';

describe('recovery', () => {
  itRefuses([
    {
      when: 'copies in the Region that they protect from',
      tier: 'large',
      change: { recoveryRegion: 'eu-central-1' },
      path: 'recoveryRegion',
      message: /^is the Region of the environment itself/,
      fix: /choose another Region/,
    },
    {
      when: 'no point-in-time recovery, against the recovery point objective',
      change: { retention: { pointInTimeDays: 0 } },
      path: 'retention.pointInTimeDays',
      message: /^switches point-in-time recovery off, so a recovery point objective of 1 h cannot be met/,
      fix: /write 7 or more/,
    },
    {
      when: 'a longer point-in-time recovery than RDS keeps',
      change: { retention: { pointInTimeDays: 36 } },
      path: 'retention.pointInTimeDays',
      message: /^must be at most 35$/,
      fix: /reach further back/,
    },
    {
      when: 'production that forgets within a week',
      tier: 'large',
      change: { retention: { pointInTimeDays: 6 } },
      path: 'retention.pointInTimeDays',
      message: /^is too short for production/,
      fix: /leave the field out for 35 days/,
    },
  ]);
  itAccepts([
    { when: 'a week in production', tier: 'large', change: { retention: { pointInTimeDays: 7 } } },
    { when: 'a day elsewhere', change: { retention: { pointInTimeDays: 1 } } },
    { when: 'no monthly recovery points', tier: 'large', change: { retention: { monthly: 0 } } },
  ]);
});
