import { DRILL_DAYS } from '../../../constructs/monitoring/drill-alarms.ts';
import { PROOF_DAYS } from '../../../constructs/restore-testing/proof-days.ts';
import type { Proof } from '../../backups/proof.ts';
import type { RegionReport } from '../../backups/report.ts';
import { duration, instant } from '../../backups/words.ts';
import type { Check } from '../check.ts';
import type { Findings } from '../findings.ts';
import type { Subject } from '../subject.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const TESTS = 'AWS::Backup::RestoreTestingSelection';
const DRILLS = 'Recovery-Drill';

/** Whether it could be brought back, and has been. */
export const recoveryChecks: readonly Check[] = [
  {
    name: 'fence',
    asks: 'May the environment serve, or is it fenced because it goes on in its recovery Region?',
    basis: 'this project',
    todo: 'it was stopped on purpose. Whether it runs in the recovery Region, and how it comes home, is in docs/recovery.md; npm run fence -- --env ENV --lift only if it does not run there',
    page: 'docs/recovery.md#the-fence',
    appliesTo: ({ environment }) => environment.recoveryRegion !== undefined,
    async look({ props }, findings) {
      const answer = await findings.read('the fence', async () => ({ fence: await props.fence() }));
      if (answer === undefined) return;
      const { fence } = answer;
      if (fence === undefined) findings.see('no fence stands');
      else findings.fault(`it is fenced since ${instant(fence.fencedAt)}: it serves nobody`);
    },
  },
  {
    name: 'backups',
    asks: 'Can the newest moment be restored here, and from the copies, losing no more than promised?',
    basis: 'environment file',
    todo: 'npm run backups -- --env ENV shows what there is; the runbook says what to do about what is missing',
    page: 'docs/recovery-points.md',
    async look({ props }, findings) {
      const report = await findings.read('the backups', props.backups);
      if (report === undefined) return;
      for (const { region, coordination, problems } of withProblems(report)) {
        // Of what could only be read in part nobody knows whether the rest would do.
        const inPart = problems.some(({ unanswered }) => unanswered);
        for (const { what, why } of problems) {
          if (inPart) findings.cannotRead(`${region}, ${what}`, new Error(why));
          else findings.fault(`${region}, ${what}: ${why}`);
        }
        const { point } = coordination;
        if (point !== undefined) {
          findings.see(
            `${region}: as of ${instant(point.at)}, ${duration(point.givenUp)} of work would be lost`,
          );
        }
      }
    },
  },
  {
    name: 'restore-proof',
    asks: `Has a restore been proven within the last ${PROOF_DAYS} days, of everything that is tested?`,
    basis: 'this project',
    todo: 'read the report, and repeat the test as it is written there; a backup that nobody has restored is a hope',
    page: 'docs/restore-tests.md#reading-the-result',
    appliesTo: (subject) => subject.plan.tier === 'small' || subject.has(TESTS),
    async look(subject, findings) {
      const report = await findings.read('the proofs', subject.props.backups);
      const region = report?.regions.find(({ role }) => role !== 'recovery');
      if (report === undefined || region === undefined) return;
      const unanswered = report.problems.filter((each) => each.unanswered && each.region === region.region);
      for (const [what, proofs] of testedIn(region, subject)) {
        if (proofs.length > 0 || unanswered.length === 0) judgeProof(what, proofs, subject, findings);
        // There may be some that could not be read.
        else for (const each of unanswered) findings.cannotRead(`${what}, ${each.what}`, new Error(each.why));
      }
    },
  },
  {
    name: 'drill',
    asks: 'Has the recovery been tried, with success and in the promised time?',
    basis: 'environment file',
    todo: 'npm run drill -- --env ENV tries it beside everything else; the report of the last one says what failed',
    page: 'docs/drill.md',
    appliesTo: ({ environment, props }) =>
      props.stacks.some(({ name }) => name === `${environment.name}-${DRILLS}`),
    async look({ props, environment }, findings) {
      const answer = await findings.read('the last drill', async () => ({ last: await props.lastDrill() }));
      if (answer === undefined) return;
      const { last } = answer;
      if (last === undefined) return findings.fault('the recovery was never tried');
      const { outcome, ended, issues, recoverySeconds, lostSeconds } = last.report;
      const text = `the last drill, of ${instant(ended)}, has ${outcome}`;
      findings.require(outcome === 'passed', text, `${text}: ${issues.join('; ')} (${last.html})`);
      const { rtoHours, rpoHours } = environment.objectives;
      within('it took', recoverySeconds, rtoHours, findings);
      within('it would have lost', lostSeconds, rpoHours, findings);
      const age = props.now.getTime() - ended.getTime();
      // Who tries by hand decides when.
      if (environment.recovery.drill.schedule === 'monthly' && age > DRILL_DAYS * DAY) {
        findings.fault(`it is ${duration(age)} old; it should be ${DRILL_DAYS} days at most`);
      }
    },
  },
];

function withProblems({ regions, problems }: Awaited<ReturnType<Subject['props']['backups']>>) {
  return regions.map((region) => ({
    ...region,
    problems: problems.filter((problem) => problem.region === region.region),
  }));
}

type Tested = readonly [what: string, proofs: readonly Proof[]];

/** A proof of one says nothing of the other. */
function testedIn({ proofs, volumeProof }: RegionReport, subject: Subject): readonly Tested[] {
  const database = proofs.filter(({ of }) => of === undefined);
  const filestore = proofs.filter(({ of }) => of === 'filestore');
  const small = subject.plan.tier === 'small';
  const onFileSystem = !small && subject.environment.storage.filestore === 'efs';
  return [
    ['the database', database],
    ...(onFileSystem ? [['the filestore', filestore] as const] : []),
    ...(small && subject.has(TESTS) ? [['the data volume', volumeProof ? [volumeProof] : []] as const] : []),
  ];
}

function judgeProof(what: string, proofs: readonly Proof[], { props }: Subject, findings: Findings): void {
  const last = proofs.toSorted((one, other) => one.provenAt.getTime() - other.provenAt.getTime()).at(-1);
  if (last === undefined) return findings.fault(`no restore of ${what} was ever proven`);
  const age = props.now.getTime() - last.provenAt.getTime();
  const text = `the last restore test of ${what}, ${duration(age)} ago, ${last.verdict} (${last.report})`;
  findings.require(last.verdict === 'passed', text, text);
  if (age > PROOF_DAYS * DAY) findings.fault(`the last restore test of ${what} is ${duration(age)} old`);
}

function within(what: string, seconds: number | undefined, hours: number, findings: Findings): void {
  if (seconds === undefined) return findings.fault(`${what} nobody knows how much: it was not measured`);
  const text = `${what} ${duration(seconds * 1000)}`;
  findings.require(seconds * 1000 <= hours * HOUR, text, `${text}; promised are ${hours} h at most`);
}
