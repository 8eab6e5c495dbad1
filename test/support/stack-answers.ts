import type { Refusal, Success } from './aws-wire.ts';

/** CloudFormation's answer to DescribeStacks for one stack; `more` are other elements of it. */
export function stackAnswer(name: string, outputs: Readonly<Record<string, string>>, more = ''): Success {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const status = more.includes('<StackStatus>') ? '' : '<StackStatus>UPDATE_COMPLETE</StackStatus>';
  return {
    body: `<Stacks><member>
      <StackId>${stackId(name)}</StackId><StackName>${name}</StackName>
      <CreationTime>2026-11-01T10:00:00.000Z</CreationTime>${status}${more}
      <Outputs>${members.join('')}</Outputs>
    </member></Stacks>`,
  };
}

export function stackId(name: string): string {
  return `arn:aws:cloudformation:eu-central-1:111122223333:stack/${name}/0a1b`;
}

/** What CloudFormation says of a name that no stack has. */
export function noStack(name: string): Refusal {
  return { code: 'ValidationError', message: `Stack with id ${name} does not exist` };
}

/** A page of ListStackResources: type, logical and physical id of each; then perhaps a state, and the token of the next. */
export function resourcesPage(
  resources: readonly (readonly [type: string, logical: string, physical: string, status?: string])[],
  next?: string,
): Success {
  const members = resources.map(
    ([type, logical, physical, status = 'CREATE_COMPLETE']) =>
      `<member><ResourceType>${type}</ResourceType><LogicalResourceId>${logical}</LogicalResourceId>
      <PhysicalResourceId>${physical}</PhysicalResourceId><ResourceStatus>${status}</ResourceStatus>
      <LastUpdatedTimestamp>2026-11-01T10:00:00.000Z</LastUpdatedTimestamp></member>`,
  );
  const token = next === undefined ? '' : `<NextToken>${next}</NextToken>`;
  return { body: `<StackResourceSummaries>${members.join('')}</StackResourceSummaries>${token}` };
}
