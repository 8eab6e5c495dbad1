import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { acknowledge } from '../shared/acknowledge.ts';

/**
 * Accepts a wildcard in the ARN of a resource that may belong to another stack.
 *
 * The finding quotes the ARN, and how one stack writes the ARN of another is settled only when the tree is complete:
 * so the acknowledgment waits until then.
 *
 * @param arn - the ARN as the policy has it, wildcard included.
 */
export function acknowledgeResource(construct: IConstruct, arn: string, reason: string): void {
  construct.node.addValidation({
    validate: () => {
      acknowledge(
        construct,
        `AwsSolutions-IAM5[Resource::${quoted(Stack.of(construct).resolve(arn))}]`,
        reason,
      );
      return [];
    },
  });
}

/** Writes a resolved value as cdk-nag does in the ids of its findings. */
function quoted(value: unknown): string {
  if (typeof value === 'string') return value;
  if (isJoin(value)) return value['Fn::Join'][1].map(quoted).join(value['Fn::Join'][0]);
  if (isGetAtt(value)) return `<${value['Fn::GetAtt'].join('.')}>`;
  if (isRef(value)) return `<${value.Ref}>`;
  return JSON.stringify(value);
}

function isJoin(value: unknown): value is { 'Fn::Join': [string, unknown[]] } {
  return isIntrinsic(value, 'Fn::Join');
}

function isGetAtt(value: unknown): value is { 'Fn::GetAtt': [string, string] } {
  return isIntrinsic(value, 'Fn::GetAtt');
}

function isRef(value: unknown): value is { Ref: string } {
  return isIntrinsic(value, 'Ref');
}

function isIntrinsic(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && name in value;
}
