import { quotaNeeds } from '../../../config/sizing/quota-needs.ts';
import type { Check } from '../check.ts';

/** What an account may lack. */
export const accountChecks: readonly Check[] = [
  {
    name: 'quotas',
    asks: 'Does the account allow what the plan needs, here and in the recovery Region?',
    basis: 'plan',
    todo: 'ask for more in Service Quotas of that Region, by the code; AWS may take days. Short of it a deployment or a recovery hangs',
    page: 'docs/doctor.md#what-is-compared-with-what',
    async look(subject, findings) {
      await Promise.all(
        quotaNeeds(subject.environment, subject.plan).map(async ({ region, service, code, name, needed }) => {
          const allowed = await findings.read(`quota ${code} in ${region}`, async () =>
            (await subject.in(region)).quota(service, code),
          );
          if (allowed === undefined) return;
          const text = `${region}: ${name} (${code}): ${allowed} allowed, ${needed} needed`;
          findings.require(allowed >= needed, text, text);
        }),
      );
    },
  },
  {
    name: 'recovery-size',
    asks: 'Does the recovery Region offer the machines of the plan?',
    basis: 'plan',
    todo: 'choose a size that both Regions offer (overrides of the environment file), or another recoveryRegion',
    page: 'docs/recovery.md',
    appliesTo: ({ environment }) => environment.recoveryRegion !== undefined,
    async look(subject, findings) {
      const { environment, plan } = subject;
      const region = environment.recoveryRegion ?? '';
      const { server, database } = plan;
      const name = server?.instanceType ?? database.class;
      const offered = await findings.read(`${name} in ${region}`, async () => {
        const deployed = await subject.in(region);
        return server === undefined
          ? deployed.databaseClassOffered(database.class, database.multiAz)
          : deployed.instanceTypeOffered(server.instanceType);
      });
      if (offered === undefined) return;
      findings.require(offered, `${region} offers ${name}`, `${region} does not offer ${name}`);
    },
  },
];
