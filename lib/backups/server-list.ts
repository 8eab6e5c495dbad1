import { z } from 'zod';
import {
  RECOVERED_BACKUPS,
  RECOVERY_POINTS,
  SERVER_BACKUPS,
} from '../../constructs/backup/backup-prefixes.ts';
import { jsonText } from '../release/json-text.ts';
import type { Role } from './role.ts';

/** Where the single server's backups are in the backup bucket: once brought back, it leaves the copies as they are. */
export function backupsOf(role: Role): string {
  return role === 'recovered' ? RECOVERED_BACKUPS : SERVER_BACKUPS;
}

/** What the single server says can be restored, in its backup bucket. */
export function serverListIn(role: Role): string {
  return `${backupsOf(role)}${RECOVERY_POINTS}`;
}

export const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const dump = z.object({ key: z.string(), writtenAt: moment, bytes: z.number() });

const proof = z
  .object({
    provenAt: moment,
    /** Null where nothing came back. */
    restoredTo: moment.nullable(),
    verdict: z.enum(['passed', 'failed']),
    report: z.string(),
  })
  .nullable();

const list = z.object({
  writtenAt: moment,
  database: z
    .object({ oldest: moment, latest: moment })
    .refine(({ oldest, latest }) => oldest <= latest, 'oldest is after latest'),
  filestore: z.object({ copiedAt: moment }),
  dumps: z.array(dump),
  /** Of the latest backup of the database. */
  proof,
  /** Of a recovery point of the data volume. A server that was launched before there was such a test says nothing. */
  volumeProof: proof.default(null),
});

/** What the single server says can be restored. */
export type ServerList = Readonly<z.infer<typeof list>>;

/** @throws if the text is not what the server writes. */
export function serverListOf(text: string): ServerList {
  return jsonText.pipe(list).parse(text);
}
