import { LogAlarms } from '../../constructs/monitoring/log-alarms.ts';
import { ServerAlarms } from '../../constructs/monitoring/server-alarms.ts';
import { ServerBackupAlarms } from '../../constructs/monitoring/server-backup-alarms.ts';
import { ServerCertificateAlarms } from '../../constructs/monitoring/server-certificate-alarms.ts';
import { ServerHealthAlarms } from '../../constructs/monitoring/server-health-alarms.ts';
import { PROOF_DAYS } from '../../constructs/restore-testing/proof-days.ts';
import type { ServerBackupStack } from './server-backup-stack.ts';
import type { ServerStack } from './server-stack.ts';
import { OperationsStack } from './operations-stack.ts';

/** {@link OperationsStack} of small. */
export class ServerOperationsStack extends OperationsStack {
  /** Alarms of the single server, its backups and its logs. */
  watchServer({ server }: ServerStack, { restoresAreTested }: ServerBackupStack): void {
    const { topic } = this;
    new ServerAlarms(this, 'ServerAlarms', {
      topic,
      autoScalingGroup: server.autoScalingGroup,
      instanceType: this.props.plan.database.class,
    });
    new ServerHealthAlarms(this, 'ServerHealthAlarms', { topic });
    if (this.props.environment.domain !== undefined) {
      new ServerCertificateAlarms(this, 'ServerCertificateAlarms', { topic });
    }
    new LogAlarms(this, 'LogAlarms', {
      topic,
      plan: this.props.plan,
      from: { kind: 'server', logGroup: server.logGroup },
    });
    new ServerBackupAlarms(this, 'ServerBackupAlarms', {
      topic,
      proofDays: PROOF_DAYS,
      volumeIsTested: restoresAreTested,
    });
  }
}
