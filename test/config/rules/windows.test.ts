import { describe, expect, it } from 'vitest';
import { regionNames } from '../../../config/regions.ts';
import { files } from '../files.ts';
import { itAccepts, itRefuses, problemsOf } from '../rule-table.ts';

const both = (maintenance: string, backup: string) => ({ windows: { maintenance, backup } });
const tooClose = /^comes too close to the maintenance window/;

describe('windows', () => {
  itRefuses([
    {
      when: 'a window that is no window',
      change: { windows: { maintenance: 'sunday 3am' } },
      path: 'windows.maintenance',
      message: /^is not a weekly window$/,
      fix: /day and time of both ends/,
    },
    {
      when: 'an hour that does not exist',
      change: { windows: { backup: '24:00-01:00' } },
      path: 'windows.backup',
      message: /^is not a daily window$/,
      fix: /two digits each/,
    },
    {
      when: 'a maintenance window under 30 minutes',
      change: both('sun:03:00-sun:03:29', '23:00-23:30'),
      path: 'windows.maintenance',
      message: /^is shorter than 30 minutes$/,
      fix: /move its end/,
    },
    {
      when: 'a backup window of no length',
      change: both('sun:03:00-sun:04:00', '23:00-23:00'),
      path: 'windows.backup',
      message: /^is shorter than 30 minutes$/,
      fix: /move its end/,
    },
    {
      when: 'a maintenance window of days',
      change: both('fri:20:00-mon:04:00', '23:00-23:30'),
      path: 'windows.maintenance',
      message: /^is not shorter than a day$/,
      fix: /move its end/,
    },
    {
      when: 'windows that overlap',
      change: both('sun:03:00-sun:04:00', '03:30-04:30'),
      path: 'windows.backup',
      message: tooClose,
      fix: /^set windows\.backup to 00:30-01:30, for example$/,
    },
    {
      when: 'a backup in the hour before maintenance',
      change: both('sun:03:00-sun:04:00', '01:01-02:01'),
      path: 'windows.backup',
      message: tooClose,
      fix: /00:30-01:30/,
    },
    {
      when: 'a backup across midnight into maintenance',
      change: both('wed:00:15-wed:01:00', '23:00-00:30'),
      path: 'windows.backup',
      message: tooClose,
      fix: /21:45-22:45/,
    },
    {
      when: 'maintenance across midnight into the backup',
      change: both('tue:23:00-wed:01:00', '00:30-01:30'),
      path: 'windows.backup',
      message: tooClose,
      fix: /20:30-21:30/,
    },
    {
      when: 'maintenance across the end of the week into the backup',
      change: both('sun:23:30-mon:00:30', '00:15-00:45'),
      path: 'windows.backup',
      message: tooClose,
      fix: /21:00-22:00/,
    },
    {
      when: 'a backup that ends in the hour before the week begins with maintenance',
      change: both('mon:00:00-mon:01:00', '22:45-23:15'),
      path: 'windows.backup',
      message: tooClose,
      fix: /21:30-22:30/,
    },
    {
      when: 'a long backup of Saturday that reaches the first maintenance of the week',
      change: both('mon:00:00-mon:01:00', '23:30-23:15'),
      path: 'windows.backup',
      message: tooClose,
      fix: /21:30-22:30/,
    },
    {
      when: 'maintenance that leaves no room for a backup',
      change: both('sun:03:00-mon:02:30', '03:30-04:30'),
      path: 'windows.backup',
      message: tooClose,
      fix: /shorten the maintenance window/,
    },
    {
      when: 'maintenance in the default backup window',
      change: { windows: { maintenance: 'sun:23:30-mon:00:30' } },
      path: 'windows.maintenance',
      message: /^comes too close to the backup window 23:30-00:30/,
      fix: /set windows\.backup to/,
    },
  ]);
  itAccepts([
    {
      when: 'a backup that ends an hour before maintenance',
      change: both('sun:03:00-sun:04:00', '01:00-02:00'),
    },
    { when: 'a backup right after maintenance', change: both('sun:03:00-sun:04:00', '04:00-04:30') },
    { when: 'windows across midnight that keep apart', change: both('sun:22:00-sun:23:00', '23:30-00:30') },
  ]);

  it('has defaults that keep apart in every Region', () => {
    for (const region of regionNames) {
      expect(problemsOf({ ...files.small, region })).toEqual([]);
    }
  });
});
