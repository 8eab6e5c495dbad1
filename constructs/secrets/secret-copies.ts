import { aws_iam as iam, type aws_kms as kms } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { CopiesLookup } from '../recovery/copies-lookup.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import type { SecretPurpose } from './odoo-secrets.ts';

export interface SecretCopiesProps {
  readonly environmentName: string;
  /** What the secrets are for that are needed, as they are tagged. */
  readonly purposes: readonly SecretPurpose[];
  /** Key of the function's own log. */
  readonly logKey: kms.IKey;
  /** Days for which that is kept. */
  readonly logRetentionDays: number;
}

/**
 * Where Secrets Manager has put the copies of an environment's secrets, for what stands in their Region before it is needed. The
 * secrets have to have been copied when it is deployed. It is looked up again when another secret is needed.
 */
export class SecretCopies extends CopiesLookup {
  constructor(scope: Construct, id: string, props: SecretCopiesProps) {
    const { environmentName: environment, purposes: secrets } = props;
    super(scope, id, {
      resourceType: 'Custom::SecretCopies',
      handler: 'onSecrets',
      settings: { environment, secrets },
      allow: (role) => {
        role.addToPolicy(
          new iam.PolicyStatement({ actions: ['secretsmanager:ListSecrets'], resources: ['*'] }),
        );
        acknowledge(
          role,
          'AwsSolutions-IAM5[Resource::*]',
          'Secrets are looked for among all by their tags: the end of their names is chosen by Secrets Manager. The action reads names and tags, no content.',
        );
      },
      properties: { Secrets: secrets },
      logKey: props.logKey,
      logRetentionDays: props.logRetentionDays,
    });
  }

  /** ARN of a copy. */
  arnOf(purpose: SecretPurpose): string {
    return this.found.getAttString(purpose);
  }
}
