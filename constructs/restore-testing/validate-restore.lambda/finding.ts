/** What one check found. */
export interface Finding {
  /** Name of the check, as it stands in the report. */
  readonly check: string;
  readonly passed: boolean;
  /** What was seen; of a failure, what is wrong. */
  readonly details: string;
}

/** What came back is not what was backed up. Any other error means that a check could not run, which is a failure, too. */
export class Damage extends Error {}

/** Runs a check to its finding, whatever happens. */
export async function findingOf(check: string, run: () => Promise<string>): Promise<Finding> {
  try {
    return { check, passed: true, details: await run() };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return {
      check,
      passed: false,
      details: error instanceof Damage ? said : `could not be checked: ${said}`,
    };
  }
}
