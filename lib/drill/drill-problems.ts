import type { PlannedEnvironment } from '../../config/load.ts';
import type { Problem } from '../../config/problem.ts';
import { withoutDrill } from '../../config/sizing/drilled.ts';
import { drillStack } from './drill-account.ts';

/** Why an environment has no drills, as far as can be seen without AWS. */
export function drillProblems({ environment, plan }: PlannedEnvironment): readonly Problem[] {
  const { name, recoveryRegion } = environment;
  const without = withoutDrill(environment, plan);
  return [
    ...(without === undefined ? [] : [without]),
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
