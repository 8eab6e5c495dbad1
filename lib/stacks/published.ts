import { CfnOutput, type Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/**
 * Makes the outputs by which other stacks read these values (decision 002), also while none of those stacks is in the app:
 * a stack that stands alone now and with others then is the same in both cases.
 *
 * Under the ids that the CDK gives them, which are not part of its documented interface: a test compares both cases.
 */
export function publish(stack: Stack, values: readonly string[]): void {
  const scope = new Construct(stack, 'Publish');
  for (const value of values) {
    new CfnOutput(scope, `Output${JSON.stringify(stack.resolve(value))}`, { value });
  }
}
