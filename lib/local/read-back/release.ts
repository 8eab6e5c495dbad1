import { DescribeStateMachineCommand } from '@aws-sdk/client-sfn';
import type { Comparison, Deployed } from '../comparison.ts';

/** What this module reads of a state machine's definition. */
interface Definition {
  readonly States: Readonly<Record<string, { readonly Parameters?: Readonly<Record<string, unknown>> }>>;
}

/** The state machine of a release in medium and large: references to four stacks meet in its definition. */
export async function readRelease({ plan, account, resources }: Deployed): Promise<readonly Comparison[]> {
  const inRelease = (type: string) =>
    resources.all
      .filter((resource) => resource.type === type && resource.stack.endsWith('-Release'))
      .map(({ physicalId }) => physicalId);
  const machines = inRelease('AWS::StepFunctions::StateMachine');
  const count = {
    what: 'state machines of a release',
    expected: plan.tier === 'small' ? 0 : 1,
    actual: machines.length,
  };
  const [stateMachineArn] = machines;
  if (stateMachineArn === undefined) return [count];
  const { definition = '{}' } = await account.stepFunctions.send(
    new DescribeStateMachineCommand({ stateMachineArn }),
  );
  const { States }: Definition = JSON.parse(definition);
  const parameter = (state: string, name: string) => States[state]?.Parameters?.[name];
  return [
    count,
    {
      what: 'task that a release runs',
      expected: inRelease('AWS::ECS::TaskDefinition'),
      actual: [parameter('Start job', 'TaskDefinition')],
    },
    {
      what: 'cluster that it runs on',
      expected: resources.idOf('AWS::ECS::Cluster'),
      actual: String(parameter('Start job', 'Cluster')).split('/').at(-1),
    },
    {
      what: 'database that it takes snapshots of',
      expected: resources.idOf('AWS::RDS::DBInstance'),
      actual: parameter('Take snapshot', 'DbInstanceIdentifier'),
    },
  ];
}
