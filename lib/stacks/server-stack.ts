import type { Construct } from 'constructs';
import { askForDnsRecord } from '../../constructs/edge/dns-record.ts';
import { OdooServer } from '../../constructs/odoo-server/odoo-server.ts';
import { SessionDocument } from '../../constructs/odoo-server/session-document.ts';
import { OdooContainerImage } from '../../constructs/odoo-service/odoo-container-image.ts';
import { FenceGuard } from '../../constructs/recovery/fence-guard.ts';
import type { DataStack } from './data-stack.ts';
import { showFirstLogin } from './first-login.ts';
import type { NetworkStack } from './network-stack.ts';
import { OdooStack, type OdooStackProps } from './odoo-stack.ts';
import type { RecoveryStack } from './recovery-stack.ts';
import { showSession } from './session-output.ts';

export interface ServerStackProps extends OdooStackProps {
  readonly networkStack: NetworkStack;
  readonly dataStack: DataStack;
  /** @default - nothing stands in for this environment elsewhere */
  readonly recoveryStack?: RecoveryStack;
}

/** The small architecture: one server, its data volume, its address. */
export class ServerStack extends OdooStack {
  readonly server: OdooServer;
  /** Where users reach Odoo. */
  readonly url: string;
  /** Only where a recovery Region could stand in. */
  readonly fenceGuard?: FenceGuard;

  constructor(scope: Construct, props: ServerStackProps) {
    super(scope, 'Server', props, {
      description: 'the server with Odoo and PostgreSQL',
      stateful: !props.recovered,
    });
    this.server = this.odooServer(props);
    const { domain } = props.environment;
    // Without a domain a trial over plain HTTP.
    this.url = domain === undefined ? `http://${this.server.publicIp}` : `https://${domain.name}`;
    this.showEntry(props);
    this.openSessions(props);
    this.fenceGuard = this.guardFence(props);
  }

  private odooServer({ environment, plan, networkStack, dataStack }: ServerStackProps): OdooServer {
    const { network, logKey } = networkStack;
    const { zone, dataVolume, goldenImage } = environment.server;
    const subnet = network.vpc.selectSubnets(network.publicSubnets).subnets[zone - 1];
    if (subnet === undefined) throw new Error(`the network has no public subnet in zone ${zone}`);
    const image = new OdooContainerImage(this, 'Image', {
      release: environment.odoo,
      architecture: environment.architecture,
    });
    return new OdooServer(this, 'Server', {
      vpc: network.vpc,
      subnet,
      allowedCidrs: environment.allowedCidrs,
      plan,
      odooVersion: environment.odoo.version,
      sessionGuard: environment.odoo.sessionGuard,
      imageUri: image.uri,
      imageRepository: image.repository,
      release: image.release,
      domain: environment.domain,
      signIn: environment.signIn,
      rollout: environment.odoo,
      dataKey: dataStack.key,
      logKey,
      logRetentionDays: environment.retention.logDays,
      pointInTimeDays: environment.retention.pointInTimeDays,
      windows: environment.windows,
      businessHours: environment.monitoring.businessHours,
      goldenImage,
      dataVolume,
      broughtBackTo: dataStack.restorePoint?.time,
      secrets: dataStack.secrets,
      mail: dataStack.mail,
      filestoreBucket: dataStack.filestoreBucket,
      backupBucket: dataStack.backupBucket,
      auditBucket: dataStack.auditBucket,
    });
  }

  private openSessions({ environment }: ServerStackProps): void {
    const { documentName } = new SessionDocument(this, 'SessionDocument', {
      environmentName: environment.name,
      logGroup: this.server.logGroup,
    });
    showSession(this, this.server.autoScalingGroup, documentName);
  }

  private guardFence({ environment, networkStack, recoveryStack }: ServerStackProps): FenceGuard | undefined {
    if (recoveryStack === undefined) return undefined;
    return new FenceGuard(this, 'FenceGuard', {
      auditBucket: recoveryStack.auditBucket,
      encryptionKey: recoveryStack.key,
      served: { kind: 'server', group: this.server.autoScalingGroup },
      logKey: networkStack.logKey,
      logRetentionDays: environment.retention.logDays,
    });
  }

  private showEntry({ environment: { domain }, dataStack }: ServerStackProps): void {
    if (domain !== undefined && domain.hostedZone === undefined) {
      askForDnsRecord(this, domain.name, { ipAddress: this.server.publicIp });
    }
    showFirstLogin(this, this.url, dataStack.secrets.odooAdminPassword);
  }
}
