import type { App, Stack } from 'aws-cdk-lib';
import type { PlannedEnvironment } from '../config/load.ts';
import { withoutDrill } from '../config/sizing/drilled.ts';
import { recoveredEnvironment, recoveredNetwork } from '../config/sizing/recovered.ts';
import type { DnsTarget } from '../constructs/edge/dns-record.ts';
import { requestsAt, requestsInLog } from '../constructs/monitoring/request-metrics.ts';
import { warnOfMissedObjective } from './missed-objective.ts';
import { warnOfMissingDrill } from './missing-drill.ts';
import { warnOfMissingMail } from './missing-mail.ts';
import { warnOfUnpreparedRecovery } from './unprepared-recovery.ts';
import { EdgeStack } from './stacks/edge-stack.ts';
import { DataStack, type DataStackProps } from './stacks/data-stack.ts';
import { DnsStack } from './stacks/dns-stack.ts';
import type { DrillStackProps } from './stacks/drill-stack.ts';
import { EgressStack } from './stacks/egress-stack.ts';
import { healthOfServer, healthOfService } from './stacks/health-metrics.ts';
import { NetworkStack } from './stacks/network-stack.ts';
import type { OdooStackProps } from './stacks/odoo-stack.ts';
import { RecoveryStack } from './stacks/recovery-stack.ts';
import { ReleaseStack } from './stacks/release-stack.ts';
import { ServerBackupStack } from './stacks/server-backup-stack.ts';
import { ServerDrillStack } from './stacks/server-drill-stack.ts';
import { ServerOperationsStack } from './stacks/server-operations-stack.ts';
import { ServerStack } from './stacks/server-stack.ts';
import { ServiceBackupStack } from './stacks/service-backup-stack.ts';
import { ServiceDataStack } from './stacks/service-data-stack.ts';
import { ServiceDrillStack } from './stacks/service-drill-stack.ts';
import { ServiceOperationsStack } from './stacks/service-operations-stack.ts';
import { ServiceStack } from './stacks/service-stack.ts';

/**
 * The stacks of one environment. This is the only place that asks for the architecture.
 *
 * | stack | small | medium | large |
 * |---|---|---|---|
 * | Recovery | copies in the recovery Region, where one is named | the same | the same, locked |
 * | Recovery-Network | the network there, without a way out | the same | the same |
 * | Recovery-Drill | tries the recovery, in one task | with a database of RDS | the same |
 * | Network | yes | yes | yes |
 * | Data | key, secrets, buckets, mail | and RDS, S3 Files, EFS | the same |
 * | Backup | recovery points of the data volume, and their restore tests | of the database | the same, locked |
 * | Egress | NAT gateways that the network has not, where it was brought back | the same | the same |
 * | Edge | no, the server is the entry | load balancer | and a firewall |
 * | Server | one EC2 server with PostgreSQL | no | no |
 * | Release | no | cluster, database job, its state machine | the same |
 * | Service | no | ECS services | ECS services |
 * | Dns | record of the domain | the same | the same |
 * | Operations | alarms, dashboard, canary, monthly report | and the weekly look at the database | the same |
 */
export function addEnvironment(app: App, planned: PlannedEnvironment): void {
  const recoveryStack = recoveryStackOf(app, planned);
  const dataStack = addStacks(app, planned, { recoveryStack });
  if (recoveryStack === undefined) return;
  const networkStack = addPilotLight(app, planned, recoveryStack);
  warnOfUnpreparedRecovery(recoveryStack, planned.environment);
  addDrill(app, planned, { copies: recoveryStack, networkStack, dataStack });
}

/**
 * The same stacks in the recovery Region, going on with the copies there. Nothing of the primary Region is part of the app
 * then, so that nothing can be done to it.
 *
 * @param wanted - moment to go on from: `latest`, or ISO 8601.
 * @throws if the environment has no recovery Region; the choice on the command line is refused before.
 */
export function addRecoveredEnvironment(app: App, planned: PlannedEnvironment, wanted: string): void {
  const copies = recoveryStackOf(app, planned);
  if (copies === undefined) throw new Error(`${planned.environment.name} has no recovery Region`);
  addStacks(app, recoveredIn(copies, planned), { broughtBack: { copies, wanted } });
}

/**
 * What costs next to nothing, and need not be waited for when the primary Region is lost: the network, without a way out. In an
 * existing one only identities are made.
 */
function addPilotLight(app: App, planned: PlannedEnvironment, copies: RecoveryStack): NetworkStack {
  return new NetworkStack(app, { ...recoveredIn(copies, planned), logKey: copies.logKey });
}

/** Where the copies are those that a recovery goes on with, and a task has room for them. */
function addDrill(
  app: App,
  planned: PlannedEnvironment,
  {
    dataStack,
    ...drill
  }: Pick<DrillStackProps, 'copies' | 'networkStack'> & { readonly dataStack: DataStack },
): void {
  const problem = withoutDrill(planned.environment, planned.plan);
  if (problem !== undefined) {
    warnOfMissingDrill(drill.copies, problem);
    return;
  }
  const props = { ...recoveredIn(drill.copies, planned), ...drill };
  const stack =
    planned.plan.tier === 'small' ? new ServerDrillStack(app, props) : new ServiceDrillStack(app, props);
  // Its secrets have to have been copied.
  stack.addStackDependency(dataStack);
}

/** An environment as it stands in its recovery Region. */
function recoveredIn(
  { region }: { readonly region: string },
  { environment, plan }: PlannedEnvironment,
): OdooStackProps {
  const recovered = recoveredEnvironment(environment, region);
  const network = recoveredNetwork(recovered, plan.tier);
  return { environment: recovered, plan: { ...plan, network }, recovered: true };
}

/** Returns the stack with the secrets. */
function addStacks(app: App, site: OdooStackProps, data: DataSource): DataStack {
  const networkStack = new NetworkStack(app, { ...site, logKey: data.broughtBack?.copies.logKey });
  warnOfMissedObjective(networkStack, site);
  warnOfMissingMail(networkStack, site.environment);
  const { tier } = site.plan;
  return tier === 'small'
    ? addServer(app, site, networkStack, data)
    : addService(app, site, networkStack, data, { firewall: tier === 'large' });
}

/** Where data is copied to, or what it is copied from. */
type DataSource = Pick<DataStackProps, 'recoveryStack' | 'broughtBack'>;

function addServer(app: App, site: OdooStackProps, networkStack: NetworkStack, data: DataSource): DataStack {
  const { recoveryStack } = data;
  const dataStack = new DataStack(app, { ...site, ...data });
  const serverStack = new ServerStack(app, { ...site, networkStack, dataStack, recoveryStack });
  const backupStack = new ServerBackupStack(app, {
    ...site,
    networkStack,
    dataStack,
    recoveryStack,
    serverStack,
  });
  openWayOut(app, site, networkStack, serverStack);
  pointDomainAt(app, site, { ipAddress: serverStack.server.publicIp }, serverStack);
  const operationsStack = new ServerOperationsStack(app, { ...site, networkStack });
  operationsStack.watchServer(serverStack, backupStack);
  operationsStack.watchUsers(serverStack.url, requestsInLog(site.environment.name));
  operationsStack.watchRecovery(backupStack);
  operationsStack.watchMaintenance();
  operationsStack.reportHealth(dataStack, {
    metrics: healthOfServer(site.environment.name, serverStack),
    proofs: backupStack.restoresAreTested ? ['database', 'volume'] : ['database'],
    drilled: drilledIn(site, recoveryStack),
  });
  operationsStack.watchMail(dataStack);
  if (recoveryStack !== undefined) operationsStack.watchReplication(dataStack, recoveryStack);
  if (serverStack.fenceGuard !== undefined) operationsStack.watchFence(serverStack.fenceGuard);
  operationsStack.showDashboard();
  return dataStack;
}

function addService(
  app: App,
  site: OdooStackProps,
  networkStack: NetworkStack,
  data: DataSource,
  { firewall }: { readonly firewall: boolean },
): DataStack {
  const { recoveryStack } = data;
  const dataStack = new ServiceDataStack(app, { ...site, networkStack, ...data });
  const backupStack = new ServiceBackupStack(app, { ...site, networkStack, dataStack, recoveryStack });
  const edgeStack = new EdgeStack(app, { ...site, networkStack, firewall });
  const releaseStack = new ReleaseStack(app, { ...site, networkStack, dataStack });
  const serviceStack = new ServiceStack(app, {
    ...site,
    networkStack,
    dataStack,
    edgeStack,
    releaseStack,
    recoveryStack,
  });
  openWayOut(app, site, networkStack, serviceStack);
  pointDomainAt(app, site, edgeStack.entry, serviceStack);
  const operationsStack = new ServiceOperationsStack(app, { ...site, networkStack });
  operationsStack.watchService(dataStack, edgeStack, serviceStack);
  operationsStack.watchServiceLogs(dataStack, releaseStack, serviceStack);
  operationsStack.watchUsers(edgeStack.url, requestsAt(edgeStack.entry.loadBalancer.loadBalancerFullName));
  operationsStack.watchRecovery(backupStack);
  operationsStack.maintainDatabase(dataStack, backupStack);
  operationsStack.watchMaintenance();
  operationsStack.reportHealth(dataStack, {
    metrics: healthOfService(dataStack, edgeStack, serviceStack),
    proofs: backupStack.tested,
    drilled: drilledIn(site, recoveryStack),
  });
  operationsStack.watchMail(dataStack);
  if (recoveryStack !== undefined) operationsStack.watchReplication(dataStack, recoveryStack);
  if (serviceStack.fenceGuard !== undefined) operationsStack.watchFence(serviceStack.fenceGuard);
  operationsStack.showDashboard();
  return dataStack;
}

/** Where drills are reported that come by themselves: those that nobody starts are nobody's to miss. */
function drilledIn({ environment, plan }: OdooStackProps, copies?: RecoveryStack): RecoveryStack | undefined {
  const isScheduled = environment.recovery.drill.schedule === 'monthly';
  return isScheduled && withoutDrill(environment, plan) === undefined ? copies : undefined;
}

/** Of a network that stood there without one; an existing one has its owner's. */
function openWayOut(app: App, site: OdooStackProps, networkStack: NetworkStack, served: Stack): void {
  const { environment, plan, recovered = false } = site;
  if (!recovered || environment.network.kind === 'existing' || plan.network.natGateways === 0) return;
  served.addStackDependency(new EgressStack(app, { ...site, networkStack }));
}

/** Before everything that is copied there. */
function recoveryStackOf(app: App, planned: PlannedEnvironment): RecoveryStack | undefined {
  const { recoveryRegion } = planned.environment;
  return recoveryRegion === undefined
    ? undefined
    : new RecoveryStack(app, { ...planned, region: recoveryRegion });
}

/** Only where the zone of the domain is in the account; and only once what the domain shall point at serves. */
function pointDomainAt(app: App, site: OdooStackProps, target: DnsTarget, served: Stack): void {
  const { domain } = site.environment;
  if (domain?.hostedZone === undefined) return;
  new DnsStack(app, { ...site, domain, target }).addStackDependency(served);
}
