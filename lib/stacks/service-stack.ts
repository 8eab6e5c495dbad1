import type { Construct } from 'constructs';
import { DatabaseJobRun } from '../../constructs/database-job/database-job-run.ts';
import { OdooService } from '../../constructs/odoo-service/odoo-service.ts';
import { FenceGuard } from '../../constructs/recovery/fence-guard.ts';
import type { EdgeStack } from './edge-stack.ts';
import { showFirstLogin } from './first-login.ts';
import type { NetworkStack } from './network-stack.ts';
import { OdooStack, type OdooStackProps } from './odoo-stack.ts';
import type { RecoveryStack } from './recovery-stack.ts';
import type { ReleaseStack } from './release-stack.ts';
import type { ServiceDataStack } from './service-data-stack.ts';

export interface ServiceStackProps extends OdooStackProps {
  readonly networkStack: NetworkStack;
  readonly dataStack: ServiceDataStack;
  readonly edgeStack: EdgeStack;
  readonly releaseStack: ReleaseStack;
  /** @default - nothing stands in for this environment elsewhere */
  readonly recoveryStack?: RecoveryStack;
}

/** Odoo itself in medium and large: the run of the job that prepares the database, then the services. */
export class ServiceStack extends OdooStack {
  readonly service: OdooService;
  /** Only where a recovery Region could stand in. */
  readonly fenceGuard?: FenceGuard;

  constructor(scope: Construct, props: ServiceStackProps) {
    super(scope, 'Service', props, { description: 'Odoo on ECS', stateful: false });
    const { environment, plan, networkStack, edgeStack, releaseStack } = props;
    const { cluster, odooNode, job, release } = releaseStack;
    const run = new DatabaseJobRun(this, 'DatabaseJob', {
      cluster,
      job,
      release,
      logKey: networkStack.logKey,
      logRetentionDays: environment.retention.logDays,
    });
    this.service = new OdooService(this, 'Odoo', {
      cluster,
      node: odooNode,
      plan,
      network: networkStack.network,
      targetGroup: edgeStack.entry.targetGroup,
      after: [run.done],
    });
    this.fenceGuard = this.guardFence(props);
    showFirstLogin(this, edgeStack.url, props.dataStack.secrets.odooAdminPassword);
  }

  private guardFence({
    environment,
    plan,
    networkStack,
    recoveryStack,
  }: ServiceStackProps): FenceGuard | undefined {
    if (recoveryStack === undefined) return undefined;
    return new FenceGuard(this, 'FenceGuard', {
      auditBucket: recoveryStack.auditBucket,
      encryptionKey: recoveryStack.key,
      served: this.service.served(plan),
      logKey: networkStack.logKey,
      logRetentionDays: environment.retention.logDays,
    });
  }
}
