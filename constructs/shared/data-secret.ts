import {
  RemovalPolicy,
  aws_iam as iam,
  type aws_kms as kms,
  aws_secretsmanager as secretsmanager,
  type SecretValue,
  Stack,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { RecoveryRegion } from './recovery-region.ts';

export interface DataSecretProps {
  readonly description: string;
  readonly encryptionKey: kms.IKey;
  /**
   * Fields beside the password; the secret is then a JSON document with the password in its field `password`.
   * @default - the secret is the password
   */
  readonly document?: Readonly<Record<string, string>>;
  /**
   * What the secret holds, as a JSON document, where that is made elsewhere. Leaves nothing to generate.
   * @default - a generated password
   */
  readonly content?: Readonly<Record<string, SecretValue>>;
  /**
   * Where it is there as well, kept the same by Secrets Manager, for USD 0.40 a month.
   *
   * @default - in its Region only
   */
  readonly replica?: RecoveryRegion;
}

/**
 * A password or credentials that outlive their stack, because a backup is of little use without them.
 *
 * Readers may be in other stacks: reading is granted on their side only. The CDK's own grant would also write the
 * reader into the policy of the key, and so make the stack of the data depend on the stack that depends on it.
 */
export class DataSecret extends secretsmanager.Secret {
  private readonly dataKey: kms.IKey;

  constructor(
    scope: Construct,
    id: string,
    { description, encryptionKey, document, content, replica }: DataSecretProps,
  ) {
    super(scope, id, {
      description,
      encryptionKey,
      secretObjectValue: content && { ...content },
      generateSecretString: content ? undefined : generatedPassword(document),
      replicaRegions: replica && [replica],
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.dataKey = encryptionKey;
  }

  override grantRead(grantee: iam.IGrantable): iam.Grant {
    const decrypt = iam.Grant.addToPrincipal({
      grantee,
      actions: ['kms:Decrypt'],
      resourceArns: [this.dataKey.keyArn],
      conditions: {
        StringEquals: { 'kms:ViaService': `secretsmanager.${Stack.of(this).region}.amazonaws.com` },
      },
    });
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
      resourceArns: [this.secretArn],
    }).combine(decrypt);
  }
}

function generatedPassword(document: DataSecretProps['document']): secretsmanager.SecretStringGenerator {
  return {
    // Letters and digits need no quoting in odoo.conf, SQL, a shell or a connection string. 40 of them: 238 bits.
    passwordLength: 40,
    excludePunctuation: true,
    ...(document && { secretStringTemplate: JSON.stringify(document), generateStringKey: 'password' }),
  };
}
