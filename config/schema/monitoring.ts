import { z } from 'zod';
import { businessHoursPattern } from '../business-hours.ts';
import { fieldTexts, group } from './field.ts';

/** A cost anomaly monitor that is to be made, or that somebody made. */
const costAnomalyMonitorPattern = /^(tag|arn:aws:ce::\d{12}:anomalymonitor\/[0-9a-f-]{36})$/;

/** What is promised, watched, and told to whom. */
export const monitoring = group(
  'What is watched beyond what every environment has: the objective of availability, a canary, what is spent ([monitoring](monitoring.md)).',
  {
    availabilityPercent: z
      .number()
      .min(90)
      .max(99.99)
      .register(fieldTexts, {
        meaning:
          'Share of requests in business hours that have to be answered without an error of the server. Alarms ring when what is left for errors in a month is used up too fast.',
        allowed: '90 to 99.99',
        fix: 'write a share in percent, for example 99.5: 0.5 % of the requests may fail',
      })
      .optional(),
    businessHours: z
      .string()
      .regex(businessHoursPattern, 'is not a span of days and hours')
      .refine((text) => !/ (\d\d:00)-\1$/.test(text), 'has hours of no length')
      .register(fieldTexts, {
        meaning:
          'Days and hours for which availability is promised, in UTC; they do not follow daylight saving time. Default: Monday to Friday, 8 to 18, standard time where the Region is.',
        allowed: 'ddd-ddd hh:00-hh:00 in UTC, for example mon-fri 07:00-17:00',
        fix: 'write first and last day as mon, tue, wed, thu, fri, sat, sun, and full hours',
      })
      .optional(),
    canaryMinutes: z
      .int()
      .min(0)
      .max(60)
      .register(fieldTexts, {
        meaning:
          'Minutes between two runs of the canary, a browser that opens the login page from outside as a user does; 0 runs none. Each run costs USD 0.0012 (5 minutes: USD 10 a month). Default: 5 in production, otherwise none.',
        allowed: '0, or 1 to 60',
        fix: 'write 5; 0 to do without',
      })
      .optional(),
    budgetUsd: z
      .number()
      .min(0)
      .register(fieldTexts, {
        meaning:
          'USD that the environment may cost in a month before somebody hears of it; 0 makes no budget. Counted by the tag `odoo-aws:environment`, which has to be activated as cost allocation tag once. Default: a quarter more than the plan says.',
        allowed: '0 or more',
        fix: 'write an amount in USD, or leave the field out',
      })
      .optional(),
    costAnomalyMonitor: z
      .string()
      .regex(costAnomalyMonitorPattern, 'is neither tag nor the ARN of a cost anomaly monitor')
      .register(fieldTexts, {
        meaning:
          "Whose findings the alarms' receiver hears as well. An ARN: a monitor of AWS Cost Anomaly Detection that the account has. `tag`: one is made for this environment's tag, which only the management account of an organization, or an account without one, can do. Absent: none; an account has one monitor of all its services at most, so that none can be made without asking.",
        allowed: 'tag, or arn:aws:ce::ACCOUNT:anomalymonitor/ID',
        fix: 'copy the ARN from `aws ce get-anomaly-monitors`',
      })
      .optional(),
    runbookUrl: z
      .url({ protocol: /^https$/, error: 'is not an address that begins with https://' })
      .register(fieldTexts, {
        meaning:
          'Where your people read `docs/runbook.md`, for example in your repository: each alarm then carries a link to its section. Absent: each names the file.',
        allowed: 'an address that begins with https://, without #',
        fix: 'copy it from the browser, up to and with runbook.md',
      })
      .optional(),
  },
);
