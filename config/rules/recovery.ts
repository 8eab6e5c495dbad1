import type { Rule } from './rule.ts';

/** Fewest days that let someone come back from a week's holiday and still restore what was damaged before it. */
const PRODUCTION_POINT_IN_TIME_DAYS = 7;

/** Copies must survive the Region, and backups must carry the objectives. */
export const recoveryRules: Rule = ({ file, settings }) => [
  ...recoveryRegion(file.region, file.recoveryRegion),
  ...pointInTime(settings),
];

function recoveryRegion(region: string | undefined, recoveryRegion: string | undefined) {
  return recoveryRegion === undefined || recoveryRegion !== region
    ? []
    : [
        {
          path: 'recoveryRegion',
          value: recoveryRegion,
          message: 'is the Region of the environment itself, so its loss would take the copies too',
          allowed: `any other Region than ${region}`,
          fix: 'choose another Region, or leave the field out to keep all copies in one Region',
        },
      ];
}

function pointInTime({ production, retention, objectives }: Parameters<Rule>[0]['settings']) {
  const days = retention.pointInTimeDays;
  const problem = { path: 'retention.pointInTimeDays', value: days };
  if (days === 0) {
    return [
      {
        ...problem,
        message: `switches point-in-time recovery off, so a recovery point objective of ${objectives.rpoHours} h cannot be met: what remains are daily recovery points`,
        allowed: '1 to 35',
        fix: `write ${PRODUCTION_POINT_IN_TIME_DAYS} or more, or leave the field out`,
      },
    ];
  }
  if (production && days < PRODUCTION_POINT_IN_TIME_DAYS) {
    return [
      {
        ...problem,
        message:
          'is too short for production: damage is often noticed after days, and then only a daily recovery point would be left',
        allowed: `${PRODUCTION_POINT_IN_TIME_DAYS} to 35 in production`,
        fix: 'leave the field out for 35 days, or set production to false',
      },
    ];
  }
  return [];
}
