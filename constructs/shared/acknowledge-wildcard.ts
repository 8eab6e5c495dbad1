import { Stack } from 'aws-cdk-lib';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';
import type { IConstruct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/**
 * Accepts one wildcard in the resources of a policy, named by the ARN as it is in the policy: the finding's id spells
 * out references with logical ids, which nobody should have to copy.
 *
 * It waits until the tree is complete, because only then is it settled how one stack writes the ARN of another.
 *
 * @param arn - with its wildcard, for example `bucket.arnForObjects('filestore/*')`.
 * @param reason - why this resource is acceptable as it is and what limits the risk.
 */
export function acknowledgeWildcard(construct: IConstruct, arn: string, reason: string): void {
  construct.node.addValidation({
    validate: () => {
      const spelledOut = flattenCfnReference(Stack.of(construct).resolve(arn));
      acknowledge(construct, `AwsSolutions-IAM5[Resource::${spelledOut}]`, reason);
      return [];
    },
  });
}
