import { describe, expect, it } from 'vitest';
import { rungIn } from '../../../constructs/health-report/report.lambda/alarm-history.ts';
import {
  atWork,
  fallPerDay,
  monthBefore,
  quantile,
} from '../../../constructs/health-report/report.lambda/series.ts';

const at = (moment: string): Date => new Date(`${moment}Z`);

describe('months', () => {
  it('are calendar months in UTC, over the turn of a year', () => {
    expect(monthBefore(at('2027-01-01T06:00'))).toEqual({
      name: '2026-12',
      from: at('2026-12-01T00:00'),
      until: at('2027-01-01T00:00'),
    });
    expect(monthBefore(at('2026-12-31T23:59'), 2).name).toBe('2026-09');
    expect(monthBefore(at('2026-03-31T00:00')).name).toBe('2026-02');
  });
});

const kept = (hours: string, ...moments: string[]) =>
  atWork(
    moments.map((moment) => ({ at: at(moment), value: 1 })),
    hours,
  ).map((entry) => entry.at.toISOString().slice(0, 16));

it('begin and end on the hour, on their days', () => {
  // 2026-11-27 is a Friday.
  const moments = ['2026-11-27T06:55', '2026-11-27T07:00', '2026-11-27T16:55', '2026-11-27T17:00'];
  expect(kept('mon-fri 07:00-17:00', ...moments, '2026-11-28T08:00', '2026-11-29T08:00')).toEqual(
    moments.slice(1, 3),
  );
  expect(kept('sun-sun 00:00-00:00', '2026-11-29T00:00', '2026-11-30T00:00')).toEqual(['2026-11-29T00:00']);
});

describe('business hours', () => {
  it('of a night shift are of the day that it begins on', () => {
    const friday = ['2026-11-27T22:00', '2026-11-28T05:55'];
    expect(kept('mon-fri 22:00-06:00', ...friday, '2026-11-28T06:00', '2026-11-28T22:00')).toEqual(friday);
  });
});

const daily = (values: readonly number[]) =>
  values.map((value, index) => ({ at: new Date(Date.UTC(2026, 9, 1 + index)), value }));

describe('what fills up', () => {
  it('does so by the median of its days, whatever happened on one of them', () => {
    const falling = Array.from({ length: 20 }, (_, day) => 100 - 2 * day);
    expect(fallPerDay(daily(falling))).toBe(2);
    expect(fallPerDay(daily(falling.map((value, day) => (day < 10 ? value : value + 500))))).toBe(2);
  });

  it('is not known after less than two weeks', () => {
    expect(fallPerDay(daily([9, 8, 7]))).toBeUndefined();
    expect(fallPerDay([])).toBeUndefined();
  });

  it('counts days that were not measured', () => {
    const every = daily(Array.from({ length: 28 }, (_, day) => -day)).filter((_, index) => index % 2 === 0);
    expect(fallPerDay(every)).toBe(1);
  });
});

it('quantiles are values that were seen', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([0.5, 0.95, 0.99, 1].map((share) => quantile(values, share))).toEqual([50, 95, 99, 100]);
  expect(quantile([], 0.5)).toBeUndefined();
});

describe('alarms that rang', () => {
  const october = { from: at('2026-10-01T00:00'), until: at('2026-11-01T00:00') };
  const change = (AlarmName: string, moment: string, from: string, to: string) => ({
    AlarmName,
    Timestamp: at(moment),
    HistoryData: JSON.stringify({
      version: '1.0',
      oldState: { stateValue: from },
      newState: { stateValue: to },
    }),
  });

  it('are counted, in whatever order they are told, the longest first', () => {
    const items = [
      change('cpu', '2026-10-10T10:30', 'ALARM', 'OK'),
      change('cpu', '2026-10-10T10:00', 'OK', 'ALARM'),
      change('disk', '2026-10-20T00:00', 'OK', 'ALARM'),
      change('disk', '2026-10-21T00:00', 'ALARM', 'INSUFFICIENT_DATA'),
      change('cpu', '2026-10-11T10:00', 'INSUFFICIENT_DATA', 'ALARM'),
      change('cpu', '2026-10-11T10:10', 'ALARM', 'OK'),
      change('well', '2026-10-11T10:10', 'INSUFFICIENT_DATA', 'OK'),
    ];
    expect(rungIn(items, october)).toEqual([
      { name: 'disk', times: 1, seconds: 86_400 },
      { name: 'cpu', times: 2, seconds: 2400 },
    ]);
  });

  it('rang from the beginning, or ring until the end, where nothing else was told', () => {
    expect(rungIn([change('a', '2026-10-02T00:00', 'ALARM', 'OK')], october)).toEqual([
      { name: 'a', times: 1, seconds: 86_400 },
    ]);
    expect(rungIn([change('a', '2026-10-31T00:00', 'OK', 'ALARM')], october)).toEqual([
      { name: 'a', times: 1, seconds: 86_400 },
    ]);
  });
});
