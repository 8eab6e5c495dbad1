import type { Proof } from '../backups/proof.ts';
import type { BackupsReport, RegionReport } from '../backups/report.ts';
import { duration, instant } from '../backups/words.ts';
import { PROOF_DAYS } from '../../constructs/restore-testing/proof-days.ts';

const DAY = 86_400_000;

export const NOT_TESTED = 'not tested';

/** What has a test of its own, whose proof says nothing of the others. */
type Tested = 'database' | 'filestore' | 'data volume';

function testedBy({ of }: Proof): Tested {
  return of ?? 'database';
}

/** Those of each, oldest first; of the data volume the last one alone. */
function proofsOf({ proofs, volumeProof }: RegionReport, tested: Tested): readonly Proof[] {
  if (tested === 'data volume') return volumeProof === undefined ? [] : [volumeProof];
  return proofs.filter((proof) => testedBy(proof) === tested);
}

/**
 * The last test, for a table. Tests restore in the primary Region: of a copy they prove where it comes from. What was never
 * tested of a data volume may be nowhere tested: not every Region can.
 */
export function lastProof(
  region: RegionReport,
  { askedAt }: BackupsReport,
  tested: Tested = 'database',
): string {
  const last = proofsOf(region, tested).at(-1);
  if (last === undefined) return tested === 'data volume' ? NOT_TESTED : 'none known';
  const of = region.role === 'recovery' ? ' (its source)' : '';
  return `${last.verdict} ${duration(ageOf(last, askedAt))} ago${of}${isOld(last, askedAt) ? ', too old' : ''}`;
}

/** Where the reports are, and what is wrong with the proofs. */
export function proofLines(region: RegionReport, { askedAt }: BackupsReport): readonly string[] {
  const line = (tested: Tested, proof: Proof): string => {
    const { verdict, provenAt, restoredTo, report } = proof;
    const facts = [
      verdict,
      isOld(proof, askedAt) && `older than ${PROOF_DAYS} days`,
      restoredTo && `restored the ${tested} of ${instant(restoredTo)}`,
    ].filter(Boolean);
    const mark = verdict === 'failed' || isOld(proof, askedAt) ? '!' : ' ';
    return `${mark} Restore test of ${instant(provenAt)}: ${facts.join(', ')}; s3://${region.surroundings.auditBucket}/${report}`;
  };
  const known = (['database', 'filestore', 'data volume'] as const).flatMap((tested) =>
    proofsOf(region, tested).map((proof) => line(tested, proof)),
  );
  return [...unproven(region), ...known];
}

/** A proof of one says nothing of the other. */
function unproven(region: RegionReport): readonly string[] {
  if (region.proofs.length === 0) {
    return ['! No proof is known: whether a restore succeeds, nobody can say.'];
  }
  const tested: readonly Tested[] =
    region.filestore?.kind === 'points' ? ['database', 'filestore'] : ['database'];
  return tested
    .filter((one) => proofsOf(region, one).length === 0)
    .map((one) => `! No proof is known of the ${one}: whether its restore succeeds, nobody can say.`);
}

function ageOf({ provenAt }: Proof, askedAt: Date): number {
  return askedAt.getTime() - provenAt.getTime();
}

function isOld(proof: Proof, askedAt: Date): boolean {
  return ageOf(proof, askedAt) > PROOF_DAYS * DAY;
}
