import type { Failback } from './failback.ts';

/** The deletion of one record, and the minute for which resolvers remember it. */
export const SWITCH_SECONDS = 120;

/** Leads the domain home: the record of the primary Region is there, and answers as soon as it is alone. */
export async function switchDomain(failback: Failback): Promise<void> {
  const { cloud, environment } = failback;
  if (environment.domain === undefined) return;
  if (environment.domain.hostedZone === undefined) askForRecord(failback, environment.name);
  else await cloud.deleteRecovered('Dns');
}

/** Leads it to the recovery Region again. */
export async function switchBack(failback: Failback): Promise<void> {
  const { cloud, environment, say } = failback;
  if (environment.domain === undefined) return;
  if (environment.domain.hostedZone === undefined) {
    askForRecord(failback, `${environment.name}-Recovery`);
    return;
  }
  say('Leading the domain to the recovery Region again ...');
  await cloud.deployRecovered('Dns');
}

function askForRecord({ environment: { domain }, way, say }: Failback, prefix: string): void {
  say(
    `The zone of ${domain?.name} is not in this account: make its record as the output RecordToCreate of ${prefix}-${way.entry} says.`,
  );
}
