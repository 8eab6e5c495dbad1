import { type aws_iam as iam, type aws_kms as kms } from 'aws-cdk-lib';
import { acknowledge } from '../shared/acknowledge.ts';
import type { DrillCopies } from './drill-copies.ts';
import { instancePrefix } from './drill-names.ts';
import { allow, allowDelete } from './drill-permissions.ts';

export interface AutomatedBackupsProps {
  readonly environmentName: string;
  /** Key of all copies, by which those of this environment are told from others'. */
  readonly encryptionKey: kms.IKey;
}

/** The automated backups of RDS, copied to this Region. A drill makes a database of them. */
export class AutomatedBackups implements DrillCopies {
  readonly settings: Readonly<Record<string, unknown>>;
  private readonly environmentName: string;

  constructor({ environmentName, encryptionKey }: AutomatedBackupsProps) {
    this.environmentName = environmentName;
    this.settings = {
      database: { kind: 'rds', encryptionKey: encryptionKey.keyArn },
      instancePrefix: instancePrefix(environmentName),
    };
  }

  allowFind(role: iam.Role): void {
    allow(role, ['rds:DescribeDBInstanceAutomatedBackups'], '*');
    acknowledge(
      role,
      'AwsSolutions-IAM5[Resource::*]',
      'RDS chooses the ARN of the backups that it copies, so they are looked for among all. The action reads descriptions.',
    );
  }

  allowSee(role: iam.Role): void {
    allow(role, ['rds:DescribeDBInstances'], '*');
  }

  allowRemove(role: iam.Role): void {
    allowDelete(
      role,
      this.environmentName,
      'What another drill has left is removed as well, whose id nobody knows beforehand. What precedes it is a name that no other database of the environment has.',
    );
  }
}
