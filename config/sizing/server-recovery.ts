import type { Environment } from '../environment.ts';
import { lossOfRegion, mistakeWithin } from './loss-parts.ts';
import type { RecoveryPhase } from './plan.ts';
import { serverFigures as figures } from './recovery-figures.ts';
import {
  domainMoved,
  fenced,
  momentFound,
  type Recovery,
  takes,
  times,
  withoutCopies,
} from './recovery-parts.ts';
import { databaseTodayGiB } from './storage.ts';

export const LOSS_OF_SERVER = 'the loss of the server';
export const LOSS_OF_VOLUME = 'the loss of the data volume or its zone';

/** What brings the single server back. */
export function serverRecoveries(environment: Environment): readonly Recovery[] {
  const databaseGiB = databaseTodayGiB(environment);
  const launched = launch(environment);
  return [
    {
      after: mistakeWithin(environment.retention.pointInTimeDays),
      decided: true,
      phases: [
        takes(
          'restore',
          times(databaseGiB, figures.momentPerGiB),
          `odoo-restore takes ${databaseGiB} GiB of database to a moment, on the server in service`,
        ),
      ],
    },
    {
      after: LOSS_OF_SERVER,
      decided: false,
      phases: [
        takes('notice', figures.noticed, 'two status checks fail, and the Auto Scaling group sees it'),
        ...launched,
        takes('provisioning', figures.provisioned, 'the volume is taken over, and Odoo starts'),
      ],
    },
    {
      after: LOSS_OF_VOLUME,
      decided: true,
      phases: [
        takes('deployment', figures.volumeDeployed, 'server.dataVolume or server.zone names another volume'),
        ...launched,
        takes(
          'provisioning',
          figures.fromBackups,
          'a blank volume is filled from the backups, and Odoo starts',
        ),
        ...filled(environment, figures.fromBackupsPerGiB),
      ],
    },
    {
      after: lossOfRegion(environment.region),
      decided: true,
      phases:
        environment.recoveryRegion === undefined
          ? withoutCopies
          : [
              fenced,
              momentFound,
              takes(
                'deployment',
                figures.stacksDeployed,
                'the stacks of the server, beside a network that is there',
              ),
              ...launched,
              takes(
                'provisioning',
                figures.fromCopy,
                'a blank volume is filled from the copies, and Odoo starts',
              ),
              ...filled(environment, figures.fromCopyPerGiB),
              ...domainMoved(environment),
            ],
    },
  ];
}

function launch({ server }: Environment): readonly RecoveryPhase[] {
  return [
    takes('launch', figures.launched, 'EC2 starts a server, and Ubuntu runs its user data'),
    ...(server.goldenImage === undefined
      ? [takes('packages', figures.packages, 'packages are installed, which server.goldenImage saves')]
      : []),
    takes('image', figures.imagePulled, "Odoo's image is pulled"),
  ];
}

/** By the sizes that are expected today. */
function filled(environment: Environment, perGiB: typeof figures.fromCopyPerGiB): readonly RecoveryPhase[] {
  const databaseGiB = databaseTodayGiB(environment);
  const { filestoreGiB } = environment.storage;
  return [
    takes(
      'database',
      times(databaseGiB, perGiB),
      `pgBackRest restores ${databaseGiB} GiB and replays their log`,
    ),
    takes(
      'attachments',
      times(filestoreGiB, figures.attachmentsPerGiB),
      `${filestoreGiB} GiB of attachments are copied out of the bucket`,
    ),
  ];
}
