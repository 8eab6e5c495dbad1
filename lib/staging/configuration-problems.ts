import type { PlannedEnvironment } from '../../config/load.ts';
import type { Problem } from '../../config/problem.ts';

/** What can be seen without AWS. */
export function configurationProblems(from: PlannedEnvironment, to: PlannedEnvironment): readonly Problem[] {
  const [source, target] = [from.environment, to.environment];
  const problems: Problem[] = [];
  const refuse = (path: string, value: unknown, message: string, allowed: string, fix: string) =>
    problems.push({ path, value, message, allowed, fix });
  if (source.name === target.name) {
    refuse(
      'to',
      target.name,
      'is the environment that is copied',
      'another environment',
      'name the one to copy into',
    );
  }
  if (target.production) {
    refuse(
      `${target.name}.production`,
      true,
      'is production: what is copied into it would replace its data',
      'an environment without production: true',
      'name a staging environment as --to',
    );
  }
  if (source.account !== target.account) {
    refuse(
      `${target.name}.account`,
      target.account,
      `differs from ${source.name}'s, ${source.account ?? 'which names none'}: backups are not shared between accounts here`,
      'the same account in both files, or none in both',
      'copy within one account; between two, share a snapshot and restore it by hand (docs/staging.md)',
    );
  }
  if (source.region !== target.region) {
    refuse(
      `${target.name}.region`,
      target.region,
      `differs from ${source.name}'s, ${source.region}: a backup is restored in its own Region`,
      source.region,
      'use a staging environment in the same Region',
    );
  }
  if (source.odoo.version !== target.odoo.version) {
    refuse(
      `${target.name}.odoo.version`,
      target.odoo.version,
      `differs from ${source.name}'s, ${source.odoo.version}: a database is not upgraded between series by a copy`,
      source.odoo.version,
      'deploy staging with the series of production; a newer image of the same series is fine',
    );
  }
  if (to.plan.tier === 'small') {
    refuse(
      `${target.name}.users`,
      target.users,
      'selects the single server, which has no job that could receive a copy',
      '26 or more',
      'use a staging environment of 26 users; it can be removed again after the test',
    );
  }
  for (const [environment, tier] of [
    [source, from.plan.tier],
    [target, to.plan.tier],
  ] as const) {
    if (tier !== 'small' && environment.storage.filestore === 'efs') {
      refuse(
        `${environment.name}.storage.filestore`,
        'efs',
        'keeps attachments in a file system that only its own tasks reach',
        's3-files',
        'copy the attachments by hand with AWS DataSync (docs/staging.md)',
      );
    }
  }
  return problems;
}
