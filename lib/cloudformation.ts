import {
  type CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
  type Stack,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';

/** A stack as it is deployed; undefined where none has that name. */
export async function findStack(client: CloudFormationClient, name: string): Promise<Stack | undefined> {
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
    return Stacks[0];
  } catch (error) {
    if (saysThatNoneExists(error)) return undefined;
    throw error;
  }
}

/** CloudFormation has no error of its own for it: ValidationError is also a name that is wrong. */
export function saysThatNoneExists(error: unknown): boolean {
  return error instanceof Error && error.message.includes('does not exist');
}

/** Values of a stack's outputs by their keys. */
export function outputsOf({ Outputs = [] }: Stack): Readonly<Record<string, string>> {
  return Object.fromEntries(Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}

/** What a stack consists of, however much that is: DescribeStackResources ends after a hundred without a word. */
export async function* resourcesOf(
  client: CloudFormationClient,
  name: string,
): AsyncGenerator<StackResourceSummary> {
  for await (const page of paginateListStackResources({ client }, { StackName: name })) {
    for (const summary of page.StackResourceSummaries ?? []) {
      // What an update or a rollback has deleted may still be listed, also beside what replaces it.
      if (summary.ResourceStatus !== 'DELETE_COMPLETE') yield summary;
    }
  }
}
