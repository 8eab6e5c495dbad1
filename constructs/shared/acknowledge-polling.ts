import { type custom_resources, aws_lambda as lambda } from 'aws-cdk-lib';
import { acknowledge } from './acknowledge.ts';
import { acknowledgeWildcard } from './acknowledge-wildcard.ts';

/** Accepts what the provider framework brings along to ask again and again: a state machine, and a role that calls two functions. */
export function acknowledgePolling(provider: custom_resources.Provider): void {
  acknowledgeWildcard(
    provider,
    `${frameworkFunction(provider, 'framework-isComplete').functionArn}:*`,
    'Role of the state machine that polls: it may invoke the polling function of the same provider, in whatever version, and one other.',
  );
  acknowledgeWildcard(
    provider,
    `${frameworkFunction(provider, 'framework-onTimeout').functionArn}:*`,
    'Role of the state machine that polls: it may invoke the timeout function of the same provider, in whatever version, when time is up.',
  );
  acknowledge(
    provider,
    'AwsSolutions-SF1',
    'Every event of this state machine carries the pre-signed URL with which anybody could answer CloudFormation in its place; it belongs in no log. What happens is in the logs of the functions.',
  );
  acknowledge(
    provider,
    'AwsSolutions-SF2',
    'The state machine repeats one call until it is answered with yes, a few times per deployment. There is no path to trace; the event of the stack says how it ended.',
  );
}

function frameworkFunction(provider: custom_resources.Provider, id: string): lambda.Function {
  const child = provider.node.findChild(id);
  if (!(child instanceof lambda.Function))
    throw new Error(`the provider framework has no function ${id} any more`);
  return child;
}
