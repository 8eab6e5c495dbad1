/** How long a Region is waited for, milliseconds: it may be the one that is lost. */
export interface Patience {
  readonly connection: number;
  readonly answer: number;
}

export const PATIENCE: Patience = { connection: 3_000, answer: 10_000 };

/**
 * Settings of AWS's clients that only read: in one Region, with the credentials that the AWS CLI would use.
 *
 * @param maxAttempts - how often each call is tried.
 */
export function patientClient(region: string, { connection, answer }: Patience = PATIENCE, maxAttempts = 3) {
  return {
    region,
    maxAttempts,
    requestHandler: {
      connectionTimeout: connection,
      requestTimeout: answer,
      // Otherwise it is a warning.
      throwOnRequestTimeout: true,
    },
  };
}

export type PatientClient = ReturnType<typeof patientClient>;
