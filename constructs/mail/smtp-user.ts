import { aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';

export interface SmtpUserProps {
  /** Domain in whose name the user may send. */
  readonly domain: string;
  /** ARNs of the identities and configuration sets that SES asks for when it does. */
  readonly resources: readonly string[];
}

/** A user of IAM with one access key, who may send mail of one domain through SES and do nothing else. */
export class SmtpUser extends Construct {
  readonly accessKey: iam.AccessKey;

  constructor(scope: Construct, id: string, { domain, resources }: SmtpUserProps) {
    super(scope, id);
    const user = new iam.User(this, 'User');
    user.addToPolicy(
      new iam.PolicyStatement({
        actions: ['ses:SendRawEmail'],
        resources: [...resources],
        conditions: { StringLike: { 'ses:FromAddress': `*@${domain}` } },
      }),
    );
    this.accessKey = new iam.AccessKey(this, 'AccessKey', { user });
  }
}
