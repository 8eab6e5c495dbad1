import { problemsOfBackups } from './backup-problems.ts';
import type { ServerStatus } from './cloud.ts';
import { type Growth, GrowthProblem } from './growth.ts';

/**
 * Whether the growth can begin.
 *
 * @throws GrowthProblem with everything that is in its way
 */
export async function check(growth: Growth): Promise<ServerStatus> {
  const problems = [...problemsOfPlan(growth), ...(await problemsOfStacks(growth))];
  // Without its stack there is no server to ask.
  refuse(problems);
  const status = await growth.cloud.serverStatus();
  refuse(problemsOfServer(growth, status));
  return status;
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new GrowthProblem(problems.join('\n'));
}

function problemsOfPlan({ environment, plan }: Growth): string[] {
  const problems: string[] = [];
  if (plan.tier === 'small') {
    problems.push(
      `users: ${environment.users} fit on the single server, which is grown in place: set users to 26 or more in the environment file`,
    );
  }
  if (environment.storage.filestore !== 's3-files') {
    problems.push(
      "storage.filestore: got 'efs', a growth needs 's3-files': the server's attachments are in the bucket that S3 Files mounts, and nothing copies them to EFS",
    );
  }
  return problems;
}

async function problemsOfStacks({ cloud, environment }: Growth): Promise<string[]> {
  const [server, service, dns] = await Promise.all([
    cloud.stackStatus('Server'),
    cloud.stackStatus('Service'),
    cloud.stackStatus('Dns'),
  ]);
  const name = (purpose: string): string => `${environment.name}-${purpose}`;
  const problems: string[] = [];
  if (server === undefined) {
    problems.push(`stack ${name('Server')} does not exist: there is no server to grow from; deploy as usual`);
  } else if (!isComplete(server)) {
    problems.push(
      `stack ${name('Server')} is ${server}: bring it to an end first, with the number of users that it was made for`,
    );
  }
  if (service !== undefined) {
    problems.push(
      `stack ${name('Service')} exists already, and not by a growth: look whose database it serves, and delete the stack if nobody needs it`,
    );
  }
  if (environment.domain?.hostedZone !== undefined && dns === undefined) {
    problems.push(
      `stack ${name('Dns')} does not exist: the server was deployed by an older version; set users back to what they were, deploy, then grow`,
    );
  }
  return problems;
}

/** Whether a stack is in a final state that is not a failed one. @param status - CloudFormation's word */
export function isComplete(status: string): boolean {
  return /^(CREATE|UPDATE|IMPORT|UPDATE_ROLLBACK)_COMPLETE$/.test(status);
}

function problemsOfServer({ environment }: Growth, status: ServerStatus): string[] {
  const problems: string[] = [];
  if (status.handedOver) {
    problems.push(
      'the server has handed its service over, and no journal says to whom: look what serves, then run odoo-hand-over --take-back on it',
    );
  }
  if (!status.base.startsWith(`${environment.odoo.version}.`)) {
    problems.push(
      `odoo.version: ${environment.odoo.version}, but the server's database is of Odoo ${status.base}: grow first, upgrade afterwards`,
    );
  }
  problems.push(...problemsOfBackups(status));
  return problems;
}
