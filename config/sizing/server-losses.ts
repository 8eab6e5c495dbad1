import type { Environment } from '../environment.ts';
import {
  assumed,
  designed,
  everythingWith,
  type Losses,
  lossOfRegion,
  measured,
  mistakeWithin,
  noted,
  replicated,
} from './loss-parts.ts';
import { LOSS_OF_SERVER, LOSS_OF_VOLUME } from './server-recovery.ts';

/** What the single server loses, which backs itself up. */
export function serverLosses({ retention, region, recoveryRegion }: Environment): readonly Losses[] {
  const beforeTheLastCopy = {
    database: [
      measured(
        1,
        'PostgreSQL gives what it wrote to the archive after 60 seconds; 57 were measured until it was there',
        'serverBackup',
      ),
      assumed(1, 'S3 is farther away than it was in that measurement'),
    ],
    attachments: [
      designed(5, 'new files are copied every five minutes', 'serverBackup'),
      assumed(1, 'the copy of the files takes its time'),
    ],
  };
  return [
    {
      after: mistakeWithin(retention.pointInTimeDays),
      database: [measured(0, 'any moment can be restored, up to the one before the mistake', 'serverBackup')],
      attachments: beforeTheLastCopy.attachments,
    },
    {
      after: LOSS_OF_SERVER,
      database: [measured(0, 'the next server takes over the data volume', 'serverHandover')],
      attachments: [measured(0, 'they are on the same volume', 'serverHandover')],
    },
    { after: LOSS_OF_VOLUME, ...beforeTheLastCopy },
    recoveryRegion === undefined
      ? everythingWith(region)
      : {
          after: lossOfRegion(region),
          database: [
            designed(5, 'the server says every five minutes that it is alive', 'serverBackup'),
            replicated(recoveryRegion),
            noted,
            // A database is never newer than its attachments.
            ...beforeTheLastCopy.attachments,
            replicated(recoveryRegion),
          ],
          attachments: [...beforeTheLastCopy.attachments, replicated(recoveryRegion)],
        },
  ];
}
