/** Days after which the last proof of a restore is too old: a test each week, and two days for one that has to be repeated. */
export const PROOF_DAYS = 9;
