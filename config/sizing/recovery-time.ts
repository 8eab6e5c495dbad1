import type { Environment } from '../environment.ts';
import type { ServerPlan } from './plan.ts';
import { SizingNotes, type Sized } from './sized.ts';
import { sources } from './sources.ts';
import { databaseTodayGiB } from './storage.ts';

/** Two failed status checks of EC2, one a minute, and the group's own look at them. */
const NOTICED_MINUTES = 3;
/** Ubuntu is up and runs its user data. */
const LAUNCHED_MINUTES = 1;
/** Installing the packages took 153 s on two busy cores. */
const PACKAGES_MINUTES = 2.6;
/** Everything else of the provisioning took 22 s; Odoo answers 4 s after its start. */
const PROVISIONED_MINUTES = 0.5;
/** Odoo's image, 2 GB unpacked; assumed. */
const IMAGE_PULLED_MINUTES = 1.5;

/** 980 MB came back in 19 s, replay of the log included. */
const RESTORE_MINUTES_PER_DATABASE_GIB = 0.35;
/** 5,000 attachments of 200 kB at 100 a second, which is slow for S3; assumed. */
const RESTORE_MINUTES_PER_FILESTORE_GIB = 0.9;

/** How long the single server is expected to be away after its own loss, and after that of its data volume. */
export function sizeRecoveryTime(environment: Environment): Sized<ServerPlan['recoveryMinutes']> {
  const notes = new SizingNotes(environment);
  const { goldenImage } = environment.server;
  const packages = goldenImage === undefined ? PACKAGES_MINUTES : 0;
  const replaced = Math.ceil(
    NOTICED_MINUTES + LAUNCHED_MINUTES + packages + IMAGE_PULLED_MINUTES + PROVISIONED_MINUTES,
  );
  const databaseGiB = databaseTodayGiB(environment);
  const { filestoreGiB } = environment.storage;
  const restored = Math.ceil(
    replaced +
      databaseGiB * RESTORE_MINUTES_PER_DATABASE_GIB +
      filestoreGiB * RESTORE_MINUTES_PER_FILESTORE_GIB,
  );
  notes.because(
    'server.recoveryMinutes.replaced',
    replaced,
    goldenImage === undefined
      ? `a dead server is noticed in ${NOTICED_MINUTES} minutes; its replacement boots, installs its packages (${PACKAGES_MINUTES} minutes, saved by server.goldenImage), pulls Odoo's image and takes over volume and address`
      : `a dead server is noticed in ${NOTICED_MINUTES} minutes; its replacement boots from the golden image, pulls Odoo's image and takes over volume and address`,
    sources.hostTests,
  );
  notes.because(
    'server.recoveryMinutes.restored',
    restored,
    `the same, and with the data volume lost ${databaseGiB} GiB of database and ${filestoreGiB} GiB of attachments from the buckets; a person has to ask for another volume (server.dataVolume, server.zone)`,
    sources.hostTests,
  );
  return notes.sized({ replaced, restored });
}
