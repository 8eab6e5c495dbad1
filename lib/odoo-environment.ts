import type { App, Stack } from 'aws-cdk-lib';
import type { PlannedEnvironment } from '../config/load.ts';
import type { DnsTarget } from '../constructs/edge/dns-record.ts';
import { warnOfMissedObjective } from './missed-objective.ts';
import { warnOfMissingMail } from './missing-mail.ts';
import { EdgeStack } from './stacks/edge-stack.ts';
import { DataStack } from './stacks/data-stack.ts';
import { DnsStack } from './stacks/dns-stack.ts';
import { NetworkStack } from './stacks/network-stack.ts';
import { OperationsStack } from './stacks/operations-stack.ts';
import { RecoveryStack } from './stacks/recovery-stack.ts';
import { ReleaseStack } from './stacks/release-stack.ts';
import { ServerBackupStack } from './stacks/server-backup-stack.ts';
import { ServerStack } from './stacks/server-stack.ts';
import { ServiceBackupStack } from './stacks/service-backup-stack.ts';
import { ServiceDataStack } from './stacks/service-data-stack.ts';
import { ServiceStack } from './stacks/service-stack.ts';

/**
 * The stacks of one environment. This is the only place that asks for the architecture.
 *
 * | stack | small | medium | large |
 * |---|---|---|---|
 * | Recovery | copies in the recovery Region, where one is named | the same | the same, locked |
 * | Network | yes | yes | yes |
 * | Data | key, secrets, buckets, mail | and RDS, S3 Files, EFS | the same |
 * | Backup | recovery points of the data volume, and their restore tests | of the database | the same, locked |
 * | Edge | no, the server is the entry | load balancer | and a firewall |
 * | Server | one EC2 server with PostgreSQL | no | no |
 * | Release | no | cluster, database job, its state machine | the same |
 * | Service | no | ECS services | ECS services |
 * | Dns | record of the domain | the same | the same |
 * | Operations | alarms | alarms | alarms |
 */
export function addEnvironment(app: App, planned: PlannedEnvironment): void {
  const networkStack = new NetworkStack(app, planned);
  warnOfMissedObjective(networkStack, planned);
  warnOfMissingMail(networkStack, planned.environment);
  switch (planned.plan.tier) {
    case 'small':
      addServer(app, planned, networkStack);
      break;
    case 'medium':
      addService(app, planned, networkStack, { firewall: false });
      break;
    case 'large':
      addService(app, planned, networkStack, { firewall: true });
      break;
  }
}

function addServer(app: App, planned: PlannedEnvironment, networkStack: NetworkStack): void {
  const recoveryStack = recoveryStackOf(app, planned);
  const dataStack = new DataStack(app, { ...planned, recoveryStack });
  const serverStack = new ServerStack(app, { ...planned, networkStack, dataStack });
  const backupStack = new ServerBackupStack(app, {
    ...planned,
    networkStack,
    dataStack,
    recoveryStack,
    serverStack,
  });
  pointDomainAt(app, planned, { ipAddress: serverStack.server.publicIp }, serverStack);
  const operationsStack = new OperationsStack(app, { ...planned, networkStack });
  operationsStack.watchServer(serverStack, backupStack);
  operationsStack.watchRecovery(backupStack);
  operationsStack.watchMail(dataStack);
  if (recoveryStack !== undefined) operationsStack.watchReplication(dataStack, recoveryStack);
}

function addService(
  app: App,
  planned: PlannedEnvironment,
  networkStack: NetworkStack,
  { firewall }: { readonly firewall: boolean },
): void {
  const recoveryStack = recoveryStackOf(app, planned);
  const dataStack = new ServiceDataStack(app, { ...planned, networkStack, recoveryStack });
  const backupStack = new ServiceBackupStack(app, { ...planned, networkStack, dataStack, recoveryStack });
  const edgeStack = new EdgeStack(app, { ...planned, networkStack, firewall });
  const releaseStack = new ReleaseStack(app, { ...planned, networkStack, dataStack });
  const serviceStack = new ServiceStack(app, {
    ...planned,
    networkStack,
    dataStack,
    edgeStack,
    releaseStack,
  });
  pointDomainAt(app, planned, edgeStack.entry, serviceStack);
  const operationsStack = new OperationsStack(app, { ...planned, networkStack });
  operationsStack.watchService(dataStack, edgeStack, serviceStack);
  operationsStack.watchRecovery(backupStack);
  operationsStack.watchMail(dataStack);
  if (recoveryStack !== undefined) operationsStack.watchReplication(dataStack, recoveryStack);
}

/** Before everything that is copied there. */
function recoveryStackOf(app: App, planned: PlannedEnvironment): RecoveryStack | undefined {
  const { recoveryRegion } = planned.environment;
  return recoveryRegion === undefined
    ? undefined
    : new RecoveryStack(app, { ...planned, region: recoveryRegion });
}

/** Only where the zone of the domain is in the account; and only once what the domain shall point at serves. */
function pointDomainAt(app: App, planned: PlannedEnvironment, target: DnsTarget, served: Stack): void {
  const { domain } = planned.environment;
  if (domain?.hostedZone === undefined) return;
  new DnsStack(app, { ...planned, domain, target }).addStackDependency(served);
}
