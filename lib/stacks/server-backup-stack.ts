import type { Construct } from 'constructs';
import type { Windows } from '../../config/environment.ts';
import { regionOf } from '../../config/regions.ts';
import { dayAndClock } from '../../config/week-time.ts';
import { hourlyMinute } from '../../constructs/odoo-server/backup-files.ts';
import { arnOf } from '../../constructs/odoo-server/data-volume.ts';
import { VOLUME_START_HOURS, volumeTestTime } from '../../constructs/odoo-server/proof-time.ts';
import { RestoreTesting } from '../../constructs/restore-testing/restore-testing.ts';
import { VolumeValidation } from '../../constructs/restore-testing/volume-validation.ts';
import { warnOfMissingRestoreTests } from '../missing-restore-tests.ts';
import { BackupStack, type BackupStackProps } from './backup-stack.ts';
import type { ServerStack } from './server-stack.ts';

export interface ServerBackupStackProps extends Omit<BackupStackProps, 'resourceArns' | 'databaseInstance'> {
  readonly serverStack: ServerStack;
}

/** Recovery points of the single server's data volume, and the proof that they can be restored. */
export class ServerBackupStack extends BackupStack {
  /** Not everywhere AWS Backup can. */
  readonly restoresAreTested: boolean;

  constructor(scope: Construct, props: ServerBackupStackProps) {
    super(scope, { ...props, resourceArns: [arnOf(props.serverStack.server.dataVolume)] });
    const { environment } = props;
    this.restoresAreTested = regionOf(environment.region).restoreTesting;
    if (this.restoresAreTested) this.testRestores(props);
    else warnOfMissingRestoreTests(this, environment);
  }

  private testRestores({ environment, networkStack, serverStack, dataStack }: ServerBackupStackProps): void {
    const { dataVolume, autoScalingGroup, serverTag } = serverStack.server;
    const dataVolumeArn = arnOf(dataVolume);
    const testing = new RestoreTesting(this, 'RestoreTesting', {
      vault: this.recoveryPoints.vault,
      schedule: weekly(environment.windows),
      startWindowHours: VOLUME_START_HOURS,
    });
    testing.test('DataVolume', {
      name: 'data_volume',
      type: 'EBS',
      arn: dataVolumeArn,
      // Otherwise in some zone, and with AWS's own key. A volume that is restored is slow at first, whatever it may do later.
      overrides: {
        availabilityZone: dataVolume.availabilityZone,
        kmsKeyId: dataStack.key.keyArn,
        volumeType: 'gp3',
      },
    });
    new VolumeValidation(this, 'VolumeValidation', {
      environmentName: environment.name,
      autoScalingGroup,
      serverTag,
      dataVolumeArn,
      dataKey: dataStack.key,
      planArn: testing.plan.attrRestoreTestingPlanArn,
      logKey: networkStack.logKey,
      logRetentionDays: environment.retention.logDays,
    });
  }
}

/** In AWS Backup's words. */
function weekly(windows: Windows): string {
  const [day = '', hour, minute] = dayAndClock(volumeTestTime(windows, hourlyMinute(windows))).split(':');
  return `cron(${Number(minute)} ${Number(hour)} ? * ${day.toUpperCase()} *)`;
}
