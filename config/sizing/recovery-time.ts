import type { Environment } from '../environment.ts';
import type { ServerPlan } from './plan.ts';
import { serverFigures as figures } from './recovery-figures.ts';
import { sumOf } from './recovery-times.ts';
import { LOSS_OF_SERVER, LOSS_OF_VOLUME, serverRecoveries } from './server-recovery.ts';
import { SizingNotes, type Sized } from './sized.ts';
import { sources } from './sources.ts';
import { databaseTodayGiB } from './storage.ts';

/** How long the single server is expected to be away after its own loss, and after that of its data volume. */
export function sizeRecoveryTime(environment: Environment): Sized<ServerPlan['recoveryMinutes']> {
  const notes = new SizingNotes(environment);
  const noticed = `a dead server is noticed in ${figures.noticed.minutes} minutes`;
  const packages =
    environment.server.goldenImage === undefined
      ? `boots, installs its packages (${figures.packages.minutes.toFixed(1)} minutes, saved by server.goldenImage)`
      : 'boots from the golden image';
  const replaced = minutesAfter(LOSS_OF_SERVER, environment);
  const restored = minutesAfter(LOSS_OF_VOLUME, environment);
  notes.because(
    'server.recoveryMinutes.replaced',
    replaced,
    `${noticed}; its replacement ${packages}, pulls Odoo's image and takes over volume and address`,
    sources.hostTests,
  );
  notes.because(
    'server.recoveryMinutes.restored',
    restored,
    `once a person has asked for another volume (server.dataVolume, server.zone): the deployment, the launch, and ${databaseTodayGiB(environment)} GiB of database and ${environment.storage.filestoreGiB} GiB of attachments from the buckets`,
    sources.hostTests,
  );
  return notes.sized({ replaced, restored });
}

function minutesAfter(what: string, environment: Environment): number {
  const minutes = sumOf(serverRecoveries(environment).find(({ after }) => after === what)?.phases ?? []);
  if (minutes === 'never') throw new Error(`nothing brings the server back after ${what}`);
  return minutes;
}
