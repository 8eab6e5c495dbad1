import type { Comparison, Deployed } from '../comparison.ts';

/** Every stack and resource stands, and production's stateful stacks refuse to be deleted, but for those that a recovery makes. */
export async function readStacks({ environment, resources }: Deployed): Promise<readonly Comparison[]> {
  const unfinished = resources.all.filter(({ status }) => !/^(CREATE|UPDATE)_COMPLETE$/.test(status));
  const unprotected = resources.stacks
    .filter(({ StackName = '' }) => /-(Network|(?<!-Recovery-)Data)$/.test(StackName))
    .filter(
      ({ EnableTerminationProtection = false }) => EnableTerminationProtection !== environment.production,
    )
    .map(({ StackName }) => StackName);
  return [
    {
      what: 'stacks not complete',
      expected: [],
      actual: resources.stacks
        .filter(({ StackStatus = '' }) => !/^(CREATE|UPDATE)_COMPLETE$/.test(StackStatus))
        .map(({ StackName, StackStatus }) => `${StackName} ${StackStatus}`),
    },
    {
      what: 'resources not complete',
      expected: [],
      actual: unfinished.map(({ stack, logicalId, status }) => `${stack}/${logicalId} ${status}`),
    },
    {
      what: `stateful stacks whose termination protection is not ${environment.production ? 'on' : 'off'}`,
      expected: [],
      actual: unprotected,
    },
  ];
}
