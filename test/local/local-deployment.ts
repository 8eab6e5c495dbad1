import { NOT_PROVABLE_LOCALLY } from '../../lib/local/limits.ts';
import { findPython, PYTHON_MISSING } from '../../lib/local/python.ts';
import { Reporter } from '../../lib/local/reporter.ts';
import {
  deployLocally,
  type Extent,
  hasRecoveryRegion,
  plannedEnvironments,
  synthesizeAll,
} from '../../lib/local/run.ts';

// What `npm run test:local` runs: the same as `npm start`, statement by statement. A machine that cannot run the
// emulator fails, because a test that did not run has not passed. With --recovery only what belongs to the recovery Region.
const extent: Extent = process.argv.includes('--recovery') ? 'recovery' : 'everything';
const reporter = new Reporter({ verbose: true });
try {
  const python = await findPython();
  if (python === undefined) throw new Error(PYTHON_MISSING);
  reporter.section('Synthesize with policy checks');
  const planned = await plannedEnvironments();
  const wanted = extent === 'recovery' ? planned.filter(hasRecoveryRegion) : planned;
  await deployLocally(await synthesizeAll(wanted, reporter), python, reporter, extent);
  reporter.section('Not provable locally');
  for (const limit of NOT_PROVABLE_LOCALLY) reporter.line(`- ${limit}`);
} catch (error) {
  reporter.fail(error instanceof Error ? error.message : String(error));
}
console.log(`\n${reporter.passed} passed, ${reporter.failed} failed`);
process.exitCode = reporter.failed > 0 ? 1 : 0;
