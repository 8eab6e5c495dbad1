import { z } from 'zod';
import { chooseOneOf, fieldTexts, group } from './field.ts';

/** Beyond this a number of users is a slip of the finger; what one environment can serve is the sizing engine's to say. */
const MOST_PLAUSIBLE_USERS = 100_000;

const severalEnvironments =
  'split the users over several environments, one per company group: each has a database of its own, and one PostgreSQL writer bounds what an environment can serve';

/** How many people will use Odoo: the number that selects the architecture. */
export const users = z.int().min(1).max(MOST_PLAUSIBLE_USERS).register(fieldTexts, {
  meaning:
    'Named Odoo users. The number alone selects the architecture: small to 25, medium to 99, large from 100; and every size follows from it.',
  allowed: 'a whole number, 1 to 100,000',
  fix: adviceForUsers,
});

function adviceForUsers(value: unknown): string {
  if (typeof value === 'number' && value > MOST_PLAUSIBLE_USERS) {
    return severalEnvironments;
  }
  if (typeof value === 'number' && value >= 1) {
    return `write ${Math.ceil(value)}; that not all of them work at the same time is what concurrency says`;
  }
  return 'write how many people will have a login, as a number without quotes, for example 40';
}

/** Share of the users that work at the same time. */
export const concurrency = z.number().gt(0).max(1).register(fieldTexts, {
  meaning: 'Share of the users that work at the same time.',
  allowed: 'above 0 to 1',
  fix: 'write a share, for example 0.6 for 60 %',
});

const sizingModes = ['reference', 'measured'] as const;
/** Whether the reference sizes are kept. */
export const sizing = z.enum(sizingModes).register(fieldTexts, {
  meaning:
    '`reference` keeps the reference sizes of the architecture as a floor. `measured` sizes from measured CPU time per request and may go below them. The plan shows what the other choice would cost.',
  allowed: sizingModes.join(', '),
  fix: chooseOneOf(sizingModes),
});

const availabilities = ['single-az', 'multi-az'] as const;
/** Whether the loss of an Availability Zone is survived. */
export const availability = z.enum(availabilities).register(fieldTexts, {
  meaning:
    '`multi-az` survives the loss of an Availability Zone without a person and about doubles the cost of the database. Small is one server in one zone: always `single-az`.',
  allowed: availabilities.join(', '),
  fix: chooseOneOf(availabilities),
});

const architectures = ['arm64', 'x86_64'] as const;
/** CPU architecture of servers and containers. */
export const architecture = z.enum(architectures).register(fieldTexts, {
  meaning:
    'CPU architecture of servers and containers. `arm64` (Graviton) costs about a fifth less; take `x86_64` when an add-on brings binaries for Intel only. The database always runs on Graviton.',
  allowed: architectures.join(', '),
  fix: chooseOneOf(architectures),
});

const MOST_GIB = 65_536;

/** How much is stored. */
export const storage = group('How much is stored, today and later.', {
  growthPerYear: z
    .number()
    .min(0)
    .max(10)
    .register(fieldTexts, {
      meaning: "Growth of database and filestore per year, as a share of today's size.",
      allowed: '0 to 10',
      fix: 'write a share, for example 0.5 for 50 % a year',
    })
    .optional(),
  filestoreGiB: gibibytes(
    'Attachments and documents today, in GiB. Used for the cost and, in small, for the data volume.',
  ),
  floorGiB: gibibytes(
    'The database (in small: the data volume) never gets less than this, in GiB, because AWS cannot shrink storage. Before you lower `users`, raise it to what is deployed.',
  ),
  filestore: z
    .enum(['s3-files', 'efs'])
    .register(fieldTexts, {
      meaning:
        'What medium and large keep attachments on. `s3-files`: a versioned bucket that Odoo mounts with Amazon S3 Files. `efs`: Amazon EFS, for Regions without S3 Files. Never change it once deployed: the other one is empty, and attachments do not move by themselves.',
      allowed: 's3-files, efs',
      fix: chooseOneOf(['s3-files', 'efs']),
    })
    .optional(),
});

function gibibytes(meaning: string) {
  return z
    .number()
    .min(0)
    .max(MOST_GIB)
    .register(fieldTexts, {
      meaning,
      allowed: '0 to 65,536, the largest storage of an RDS instance',
      fix: 'write the size in GiB as a number, for example 50',
    })
    .optional();
}
