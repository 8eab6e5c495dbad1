import { didYouMean } from '../../config/closest.ts';
import { examine, type Instruments, subjectOf } from '../doctor/examine.ts';
import { personItems } from '../doctor/gate.ts';
import { realInstruments } from '../doctor/instruments.ts';
import { type Outcome, outcomeOf } from '../doctor/report.ts';
import type { Subject } from '../doctor/subject.ts';
import { doctorArguments, USAGE } from './doctor-arguments.ts';
import { renderDoctor } from './doctor-texts.ts';
import { oneEnvironment } from './one-environment.ts';
import type { Output } from './selected-plans.ts';

export { USAGE };

/** Those of wrong usage, 2, and of the fence, 3, mean the same in every command. */
const EXIT_CODES: Readonly<Record<Outcome, number>> = { passed: 0, failed: 1, 'not checkable': 3 };
const MISUSED = 2;

/**
 * Holds what is deployed against its plan, and says whether it may go live (docs/doctor.md).
 *
 * @returns the exit code: 0 everything has passed; 1 something has failed, or the environment file is wrong; 2 if the command
 *   was called wrongly; 3 nothing has failed, and something could not be checked.
 */
export async function doctorCommand(
  args: readonly string[],
  out: Output,
  errors: Output,
  instruments: Instruments = realInstruments,
): Promise<number> {
  const given = doctorArguments(args);
  if (typeof given === 'string') {
    errors.write(`${given}\n\n${USAGE}`);
    return MISUSED;
  }
  const planned = await oneEnvironment(given.env, errors);
  if (planned === undefined) return EXIT_CODES.failed;
  try {
    const subject = await subjectOf(planned, given.at, instruments);
    const unknown = unknownNames(given.confirmed, subject);
    if (unknown.length > 0) {
      errors.write(`${unknown.join('\n')}\n`);
      return MISUSED;
    }
    const report = await examine(subject, given);
    const style = { width: out.columns ?? 100, colors: out.isTTY === true && !process.env.NO_COLOR };
    out.write(
      given.json ? `${JSON.stringify(report, null, 2)}\n` : `${renderDoctor(report, style, given)}\n`,
    );
    return EXIT_CODES[outcomeOf(report)];
  } catch (error) {
    errors.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT_CODES['not checkable'];
  }
}

/** A name with a slip would confirm nothing, and nobody would notice. */
function unknownNames(confirmed: readonly string[], subject: Subject): readonly string[] {
  const known = personItems(subject);
  return confirmed
    .filter((name) => !known.includes(name))
    .map(
      (name) =>
        `--confirmed: ${name} is nothing that a person confirms here; ${didYouMean(name, known) ?? `known: ${known.join(', ')}`}`,
    );
}
