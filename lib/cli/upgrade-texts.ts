import type { UpgradeArguments } from './upgrade-arguments.ts';

/** What happens, before it does. */
export function beforeRelease({ env, hours }: UpgradeArguments): string {
  return `What happens now:
  1. ${env}-Release is deployed alone: the new image and the new job. What serves goes on serving.
  2. The job looks what the new release needs. If modules change, it takes a snapshot of the database and changes
     them, for ${hours} h at most. Users see the maintenance page while modules change; scheduled jobs wait.
     If it fails or is stopped, the database is as before.
  3. You deploy the rest: npx cdk deploy -c env=${env} --all
Ctrl-C ends the watching, not the job.

`;
}

/** What an undo does, before it does. */
export function beforeUndo({ env, hours }: UpgradeArguments): string {
  return `What happens now:
  1. ${env}-Release is deployed alone. It should be the release of before: check that the environment file and
     addons/ are those of before.
  2. The job gives the database of before its place back, within ${hours} h. What was entered since the upgrade is set
     aside with the database of the new release. Users see the maintenance page from then on, until the old release
     serves again.
  3. You deploy the rest: npx cdk deploy -c env=${env} --all
Ctrl-C ends the watching, not the job.

`;
}

export function goesOn({ env, undo }: UpgradeArguments): string {
  return `The job goes on. To watch it again: npm run upgrade -- --env ${env}${undo ? ' --undo' : ''}\n`;
}
