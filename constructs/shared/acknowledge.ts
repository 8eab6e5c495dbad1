import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Accepts one policy finding on one construct, for the auditor to read in the report.
 *
 * @param finding - exact finding id, for example `AwsSolutions-IAM5[Action::s3:List*]`; a bare rule id does not
 *   cover a finding that carries details.
 * @param reason - why this resource is acceptable as it is and what limits the risk.
 */
export function acknowledge(construct: IConstruct, finding: string, reason: string): void {
  // Qualified with the pack's name, because only then the report lists the finding as acknowledged, with its reason.
  Validations.of(construct).acknowledge({ id: `AwsSolutions::${finding}`, reason });
}
