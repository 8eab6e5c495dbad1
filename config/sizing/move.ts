import type { Change } from './change.ts';
import type { Plan } from './plan.ts';
import { sources } from './sources.ts';

/** From the single server to the services or back: no deployment alone does either. */
export function moves(before: Plan, after: Plan): readonly Change[] {
  const move = { what: 'Architecture', from: homeOf(before), to: homeOf(after), effect: 'move' } as const;
  return [
    before.tier === 'small'
      ? {
          ...move,
          duration: `\`npm run grow -- --env ${before.environment}\` rehearses the move beside the running server, and says how long Odoo will be away before it asks whether to go on`,
          source: sources.project,
        }
      : {
          ...move,
          duration:
            'no command goes back: a deployment would start an empty server and remove RDS, of which a last snapshot stays',
          source: sources.project,
        },
  ];
}

export function adviceForMove({ environment, tier }: Plan, after: Plan): readonly string[] {
  return tier === 'small'
    ? [
        `move with npm run grow -- --env ${environment}; a deployment alone moves no data`,
        'the old server is kept, stopped and intact, until the move is finished; until then both are paid for',
      ]
    : [
        `make a new environment of ${after.users} users under another name, and restore a dump of Odoo's database with its filestore there`,
        `or keep users at 26 or more: npm run plan -- --env ${environment} --users 26 says what that costs`,
      ];
}

function homeOf({ tier, database }: Plan): string {
  return database.kind === 'host' ? `${tier}: one server with its PostgreSQL` : `${tier}: services and RDS`;
}
