import { z } from 'zod';
import { fieldTexts, group } from './field.ts';

/** What can be chosen for the single server. */
export const server = group('The single server. Small.', {
  goldenImage: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{0,31}$/, 'is not a label')
    .register(fieldTexts, {
      meaning:
        "Has the first deployment build an image with the server's packages on board (EC2 Image Builder, about 20 minutes, about 0.20 USD a month for its snapshot). A new server then starts two to three minutes sooner and needs no package mirror. The value is a label of your choice, for example the month; another label builds an image with the newest updates and replaces the server. A new VPC then gives a public address to whatever is launched in its public subnets; those of an existing one have to do so already. Absent: a new server installs the newest packages when it is launched.",
      allowed: '1 to 32 lower-case letters, digits, dots and hyphens, beginning with a letter or digit',
      fix: 'write a label such as 2026-11 in quotes, or leave the field out',
    })
    .optional(),
  dataVolume: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'is not a label')
    .register(fieldTexts, {
      meaning:
        'Gives the server another data volume when its own is lost: another label makes a new, blank one, and the server that finds it restores the latest backup into it. The old volume is kept, without use, until you delete it. What was entered since the end of the archive, about a minute, is on the old one alone. Absent: the first volume.',
      allowed: '1 to 32 lower-case letters, digits and hyphens, beginning with a letter or digit',
      fix: "write a label such as 2026-11-22 in quotes, or leave the field out for the environment's first volume",
    })
    .optional(),
  zone: z
    .int()
    .min(1)
    .max(3)
    .register(fieldTexts, {
      meaning:
        'Which of the Availability Zones of the network the server and its data volume live in. Another zone, when the first is lost, means another volume: a blank one that is filled from the backup, as with dataVolume; the old one is kept.',
      allowed: '1 to 3, at most the number of zones of an existing network',
      fix: 'choose a zone that the network has',
    })
    .optional(),
});
