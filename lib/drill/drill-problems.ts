import type { PlannedEnvironment } from '../../config/load.ts';
import type { Problem } from '../../config/problem.ts';
import { drillStack } from './drill-account.ts';

/** Why an environment has no drills, as far as can be seen without AWS. */
export function drillProblems({ environment, plan }: PlannedEnvironment): readonly Problem[] {
  const { name, recoveryRegion, storage, users } = environment;
  return [
    ...(plan.tier === 'small'
      ? [
          {
            path: `${name}.users`,
            value: users,
            message: 'selects the single server, which has no drill yet',
            allowed: '26 or more',
            fix: 'bring a copy of it back by hand, as docs/recovery-small.md says; its backup is proven each week (docs/restore-tests.md)',
          },
        ]
      : []),
    ...(plan.tier !== 'small' && storage.filestore === 'efs'
      ? [
          {
            path: `${name}.storage.filestore`,
            value: storage.filestore,
            message:
              'has no drill: the copy can only be read while it is one, and to end that for a drill would leave none',
            allowed: 's3-files',
            fix: 'its recovery points are restored and looked at each week (docs/restore-tests.md)',
          },
        ]
      : []),
    ...(recoveryRegion === undefined
      ? [
          {
            path: `${name}.recoveryRegion`,
            value: recoveryRegion,
            message: 'is missing: there are no copies that could be brought back',
            allowed: 'another Region than that of the environment',
            fix: 'name one and deploy (docs/recovery-region.md)',
          },
        ]
      : []),
  ];
}

/** There is no stack that drills come from. */
export function notDeployed({ environment }: PlannedEnvironment, region: string): Problem {
  const stack = drillStack(environment.name);
  return {
    path: stack,
    value: undefined,
    message: `is not deployed in ${region}, and drills come from it`,
    allowed: 'a stack of this checkout',
    fix: `npx cdk deploy -c env=${environment.name} ${stack}`,
  };
}
