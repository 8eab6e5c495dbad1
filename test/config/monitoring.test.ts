import { describe, expect, it } from 'vitest';
import { businessHoursOf } from '../../config/business-hours.ts';
import { resolveEnvironment } from '../../config/resolve.ts';
import { files } from './files.ts';
import { itAccepts, itRefuses } from './rule-table.ts';

const monitor = 'arn:aws:ce::111122223333:anomalymonitor/0a1b2c3d-1111-2222-3333-444455556666';

function monitoringOf(file: unknown) {
  const result = resolveEnvironment(file);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value.monitoring;
}

describe('monitoring', () => {
  itRefuses([
    {
      when: 'an availability that nobody can keep',
      change: { monitoring: { availabilityPercent: 100 } },
      path: 'monitoring.availabilityPercent',
      message: /^must be at most 99\.99$/,
      fix: /0\.5 % of the requests/,
    },
    {
      when: 'business hours without days',
      change: { monitoring: { businessHours: '07:00-17:00' } },
      path: 'monitoring.businessHours',
      message: /^is not a span of days and hours$/,
      fix: /first and last day/,
    },
    {
      when: 'half hours, which CloudWatch does not compare',
      change: { monitoring: { businessHours: 'mon-fri 07:30-17:00' } },
      path: 'monitoring.businessHours',
      message: /^is not a span of days and hours$/,
      fix: /full hours/,
    },
    {
      when: 'business hours of no length',
      change: { monitoring: { businessHours: 'mon-fri 07:00-07:00' } },
      path: 'monitoring.businessHours',
      message: /^has hours of no length$/,
      fix: /full hours/,
    },
    {
      when: 'a canary that hardly ever runs',
      change: { monitoring: { canaryMinutes: 90 } },
      path: 'monitoring.canaryMinutes',
      message: /^must be at most 60$/,
      fix: /write 5/,
    },
    {
      when: 'a negative budget',
      change: { monitoring: { budgetUsd: -1 } },
      path: 'monitoring.budgetUsd',
      message: /^must be at least 0$/,
      fix: /amount in USD/,
    },
    {
      when: 'a monitor by its name',
      change: { monitoring: { costAnomalyMonitor: 'my monitor' } },
      path: 'monitoring.costAnomalyMonitor',
      message: /^is neither tag nor the ARN of a cost anomaly monitor$/,
      fix: /get-anomaly-monitors/,
    },
    {
      when: 'a runbook that is read without encryption',
      change: { monitoring: { runbookUrl: 'http://wiki.example.com/runbook.md' } },
      path: 'monitoring.runbookUrl',
      message: /^is not an address that begins with https:\/\/$/,
      fix: /runbook\.md/,
    },
  ]);

  itAccepts([
    { when: 'nothing at all', change: { monitoring: {} } },
    { when: 'a monitor that exists', change: { monitoring: { costAnomalyMonitor: monitor } } },
    { when: 'a monitor of its own', change: { monitoring: { costAnomalyMonitor: 'tag' } } },
    { when: 'no budget', change: { monitoring: { budgetUsd: 0 } } },
    {
      when: 'a runbook in a repository',
      change: { monitoring: { runbookUrl: 'https://git.example.com/erp/docs/runbook.md' } },
    },
  ]);

  it('has a canary in production, and elsewhere none', () => {
    expect(monitoringOf(files.large).canaryMinutes).toBe(5);
    expect(monitoringOf(files.medium).canaryMinutes).toBe(0);
  });
});

function hoursIn(region: string): string {
  return monitoringOf({ ...files.small, region }).businessHours;
}

describe('business hours', () => {
  it('are eight to six where the Region is', () => {
    expect(hoursIn('eu-central-1')).toBe('mon-fri 07:00-17:00');
    expect(hoursIn('us-west-2')).toBe('mon-fri 16:00-02:00');
    // Ahead of UTC by more than eight hours: the day begins on the one before.
    expect(hoursIn('ap-southeast-2')).toBe('sun-thu 22:00-08:00');
    // By five and a half: CloudWatch compares full hours.
    expect(hoursIn('ap-south-1')).toBe('mon-fri 03:00-13:00');
  });

  it('are taken apart, over the end of the week too', () => {
    expect(businessHoursOf('mon-fri 07:00-17:00')).toEqual({ days: [1, 2, 3, 4, 5], from: 7, to: 17 });
    expect(businessHoursOf('sun-thu 22:00-08:00')).toEqual({ days: [7, 1, 2, 3, 4], from: 22, to: 8 });
    expect(businessHoursOf('sat-sat 00:00-12:00')).toEqual({ days: [6], from: 0, to: 12 });
    expect(() => businessHoursOf('always')).toThrow('not business hours: always');
  });
});
