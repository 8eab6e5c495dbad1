import type { Environment } from '../environment.ts';
import type { Problem } from '../problem.ts';
import { valueAt } from '../schema/issues.ts';
import { certificateIsInPlace } from './entry.ts';
import { secretIsInPlace } from './mail.ts';
import type { Draft, Rule } from './rule.ts';

/** A field that names something of one Region alone, and the one that names the same in the recovery Region. */
interface Counterpart {
  readonly here: string;
  readonly there: string;
  readonly isMissing: (environment: Environment) => boolean;
  /** Why nothing works there without it. */
  readonly message: string;
  readonly allowed: string;
  readonly fix: (region: string) => string;
  readonly unused: string;
}

const counterparts: readonly Counterpart[] = [
  {
    here: 'certificateArn',
    there: 'recovery.certificateArn',
    isMissing: ({ domain, recovery }) =>
      domain?.certificateArn !== undefined && recovery.certificateArn === undefined,
    message:
      'is missing: a load balancer takes certificates of its own Region only, so that nobody could reach what is brought back',
    allowed: 'an issued certificate of ACM in the recovery Region',
    fix: (region) =>
      `request one: aws acm request-certificate --region ${region} --validation-method DNS --domain-name DOMAIN; make the record that it asks for, and write its ARN`,
    unused: 'where hostedZone is given, one is made in that zone, and small takes none from ACM',
  },
  {
    here: 'mail.relay.credentialsArn',
    there: 'recovery.relayCredentialsArn',
    isMissing: ({ mail, recovery }) =>
      mail?.kind === 'relay' &&
      mail.credentialsArn !== undefined &&
      recovery.relayCredentialsArn === undefined,
    message: 'is missing: Odoo reads secrets of its own Region only, and could not log in to the relay there',
    allowed: 'a secret of the recovery Region, for example a replica',
    fix: (region) =>
      `replicate it: aws secretsmanager replicate-secret-to-regions --secret-id NAME --add-replica-regions Region=${region}; write the ARN of the replica`,
    unused: 'it would log in to mail.relay, which takes mail without a login here',
  },
];

/** The group `recovery` belongs to a recovery Region; what it names lies there, and is complete. */
export const recoverySiteRules: Rule = (draft) => {
  if (!draft.isWritten('recovery')) return [];
  if (!draft.isWritten('recoveryRegion')) return [withoutRegion(draft)];
  const { recovery, recoveryRegion: region, account } = draft.file;
  const place = { region, account, stands: 'the environment is brought back' };
  return [
    ...counterparts.flatMap((counterpart) => agrees(counterpart, draft)),
    ...certificateIsInPlace('recovery.certificateArn', recovery?.certificateArn, place),
    ...secretIsInPlace('recovery.relayCredentialsArn', recovery?.relayCredentialsArn, place),
    ...healthCanBeChecked(draft),
    ...drillIsMade(draft),
    ...workflowsFit(draft),
  ];
};

/** Route 53 moves records of its own zones, and asks the single server from addresses all over the world. */
function healthCanBeChecked({ file, tier, settings, isWritten }: Draft): Problem[] {
  if (file.recovery?.dns !== 'health-check') return [];
  const problem = { path: 'recovery.dns', value: file.recovery.dns };
  if (!isWritten('hostedZone')) {
    return [
      {
        ...problem,
        message: 'has no record to move: without hostedZone it is made by hand, elsewhere',
        allowed: 'switch, or health-check together with hostedZone',
        fix: 'remove dns, and change the record by hand after a recovery',
      },
    ];
  }
  return tier === 'small' && !settings.allowedCidrs.includes('0.0.0.0/0')
    ? [
        {
          ...problem,
          message:
            'would find the server unhealthy for ever: the health checkers of Route 53 are not among allowedCidrs',
          allowed: 'switch, where allowedCidrs leaves out the internet',
          fix: 'remove dns, so that a person switches',
        },
      ]
    : [];
}

/** Nothing that is written is passed over without a word. */
function drillIsMade({ file, tier, settings }: Draft): Problem[] {
  const drill = file.recovery?.drill;
  if (drill === undefined || tier === 'small' || settings.storage.filestore !== 'efs') return [];
  return [
    {
      path: 'recovery.drill',
      value: drill,
      message:
        'has no use with storage.filestore efs: the copy can only be read while it is one, and to end that for a drill would leave none',
      allowed: 'with storage.filestore s3-files',
      fix: 'remove drill, or keep attachments on S3 Files',
    },
  ];
}

/** They travel in the task definition, which has 64 KiB for everything, and most of that is taken. */
const WORKFLOW_CHARACTERS = 6000;

function workflowsFit({ file }: Draft): Problem[] {
  const workflows = file.recovery?.drill?.workflows;
  const characters = JSON.stringify(workflows ?? []).length;
  if (characters <= WORKFLOW_CHARACTERS) return [];
  return [
    {
      path: 'recovery.drill.workflows',
      value: `${workflows?.length} calls of ${characters} characters as JSON`,
      message: 'is more than the task definition of a drill has room for',
      allowed: `${WORKFLOW_CHARACTERS} characters as JSON`,
      fix: 'leave out the calls that matter least, or shorten their domains and fields',
    },
  ];
}

function withoutRegion({ file }: Draft): Problem {
  return {
    path: 'recovery',
    value: file.recovery,
    message:
      'is given without recoveryRegion: nothing is copied anywhere, so that nothing can be brought back',
    allowed: 'only together with recoveryRegion',
    fix: 'add recoveryRegion, or remove recovery',
  };
}

function agrees({ here, there, message, allowed, fix, unused }: Counterpart, draft: Draft): Problem[] {
  const { isWritten, file } = draft;
  if (isWritten(here) === isWritten(there)) return [];
  return isWritten(here)
    ? [{ path: there, value: undefined, message, allowed, fix: fix(file.recoveryRegion ?? 'REGION') }]
    : [
        {
          path: there,
          value: valueAt(file, there.split('.')),
          message: `has no use without ${here}: ${unused}`,
          allowed: `only together with ${here}`,
          fix: `remove ${there}`,
        },
      ];
}

/**
 * What a recovery in that Region waits for, though the environment can be deployed: of a file without the group `recovery`,
 * which was complete before there was one.
 */
export function recoveryGaps(environment: Environment, recoveryRegion: string): readonly Problem[] {
  return counterparts
    .filter(({ isMissing }) => isMissing(environment))
    .map(({ there, message, allowed, fix }) => ({
      path: `${environment.name}.${there}`,
      value: undefined,
      message,
      allowed,
      fix: fix(recoveryRegion),
    }));
}
