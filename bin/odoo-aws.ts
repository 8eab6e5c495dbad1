import { backupsCommand, USAGE as BACKUPS_USAGE } from '../lib/cli/backups.ts';
import { doctorCommand, USAGE as DOCTOR_USAGE } from '../lib/cli/doctor.ts';
import { drillCommand, USAGE as DRILL_USAGE } from '../lib/cli/drill.ts';
import { failbackCommand, USAGE as FAILBACK_USAGE } from '../lib/cli/failback.ts';
import { fenceCommand, USAGE as FENCE_USAGE } from '../lib/cli/fence.ts';
import { growCommand, USAGE as GROW_USAGE } from '../lib/cli/grow.ts';
import { planCommand, USAGE as PLAN_USAGE } from '../lib/cli/plan.ts';
import { simulateCommand, USAGE as SIMULATE_USAGE } from '../lib/cli/simulate.ts';
import { stagingCommand, USAGE as STAGING_USAGE } from '../lib/cli/staging.ts';
import { upgradeCommand, USAGE as UPGRADE_USAGE } from '../lib/cli/upgrade.ts';

/** Subcommands of `odoo-aws`. Each returns the exit code: 0 done, 1 a problem, 2 wrong usage, 3 not known. */
const commands: Readonly<Record<string, typeof planCommand>> = {
  backups: backupsCommand,
  doctor: (args, out, errors) => doctorCommand(args, out, errors),
  drill: (args, out, errors) => drillCommand(args, out, errors),
  failback: failbackCommand,
  fence: (args, out, errors) => fenceCommand(args, out, errors),
  grow: growCommand,
  plan: planCommand,
  simulate: simulateCommand,
  staging: (args, out, errors) => stagingCommand(args, out, errors),
  upgrade: upgradeCommand,
};

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;

if (command === undefined) {
  process.stderr.write(
    `${name === '' ? 'a command is missing' : `unknown command "${name}"`}; known: ${Object.keys(commands).join(', ')}\n\n${[PLAN_USAGE, SIMULATE_USAGE, GROW_USAGE, STAGING_USAGE, UPGRADE_USAGE, BACKUPS_USAGE, DOCTOR_USAGE, DRILL_USAGE, FAILBACK_USAGE, FENCE_USAGE].join('\n')}`,
  );
  process.exitCode = 2;
} else {
  process.exitCode = await command(args, process.stdout, process.stderr);
}
