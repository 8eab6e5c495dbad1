import { z } from 'zod';
import { chooseOneOf, fieldTexts, group } from './field.ts';

/** Retention values that CloudWatch Logs takes. */
const logDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** For how long backups and logs are kept. */
export const retention = group('For how long backups and logs are kept.', {
  // 0 passes here: the rule that refuses it can say which objective it would break.
  pointInTimeDays: whole(0, 35, '1 to 35', {
    meaning:
      'Days for which the database can be restored to any moment. RDS keeps 35 at most. Old versions in the filestore bucket are kept longer than this.',
    fix: 'write 1 to 35 days; daily, weekly and monthly recovery points reach further back',
  }),
  daily: whole(1, 90, '1 to 90', {
    meaning: 'Number of daily recovery points kept; in small also the days for which nightly dumps are.',
    fix: 'write how many to keep, for example 7',
  }),
  weekly: whole(0, 104, '0 to 104', {
    meaning: 'Number of weekly recovery points kept; 0 makes none.',
    fix: 'write how many to keep, for example 4',
  }),
  monthly: whole(0, 120, '0 to 120', {
    meaning: 'Number of monthly recovery points kept; 0 makes none.',
    fix: 'write how many to keep, for example 12',
  }),
  logDays: z
    .literal([...logDays])
    .register(fieldTexts, {
      meaning: 'Days for which logs are kept.',
      allowed: logDays.join(', '),
      fix: chooseOneOf(logDays),
    })
    .optional(),
});

/** What a recovery may cost in time and in data. */
export const objectives = group(
  'What a recovery may cost at most. The architectures are built for 4 h and 1 h; drills measure what is reached.',
  {
    rtoHours: hours(4, 72, {
      meaning: 'Recovery time objective in hours: how long Odoo may be away after a disaster.',
      fix: 'write 4 or more: no architecture promises less; a drill tells what yours really reaches',
    }),
    rpoHours: hours(1, 24, {
      meaning: 'Recovery point objective in hours: how much work may be lost in a disaster.',
      fix: 'write 1 or more: no architecture promises less across Regions; a drill tells what yours really reaches',
    }),
  },
);

const clock = '([01]\\d|2[0-3]):[0-5]\\d';
const day = '(mon|tue|wed|thu|fri|sat|sun)';

/** When the database may be worked on. */
export const windows = group('When the database, in small the server, may be worked on, in UTC.', {
  maintenance: z
    .string()
    .regex(new RegExp(`^${day}:${clock}-${day}:${clock}$`), 'is not a weekly window')
    .register(fieldTexts, {
      meaning:
        'Weekly window for changes by AWS, in small for security updates of the server and the restarts they need, in UTC. Default: early Sunday where the Region is.',
      allowed: 'ddd:hh:mm-ddd:hh:mm in UTC, at least 30 minutes, for example sun:02:00-sun:03:00',
      fix: 'write day and time of both ends, days as mon, tue, wed, thu, fri, sat, sun',
    })
    .optional(),
  backup: z
    .string()
    .regex(new RegExp(`^${clock}-${clock}$`), 'is not a daily window')
    .register(fieldTexts, {
      meaning:
        "Daily window of the database's own backup, in small of the full one, in UTC. Default: around midnight where the Region is.",
      allowed: 'hh:mm-hh:mm in UTC, at least 30 minutes, for example 23:30-00:30',
      fix: 'write both ends as hours and minutes with two digits each',
    })
    .optional(),
});

function whole(least: number, most: number, range: string, text: { meaning: string; fix: string }) {
  return z
    .int()
    .min(least)
    .max(most)
    .register(fieldTexts, { ...text, allowed: `a whole number, ${range}` })
    .optional();
}

function hours(least: number, most: number, text: { meaning: string; fix: string }) {
  return z
    .number()
    .min(least)
    .max(most)
    .register(fieldTexts, { ...text, allowed: `${least} to ${most}` })
    .optional();
}
