import { type aws_secretsmanager as secretsmanager, CfnOutput, type Stack } from 'aws-cdk-lib';

/** Outputs that `cdk deploy` ends with: where Odoo is, and how to read the administrator's first password. */
export function showFirstLogin(stack: Stack, url: string, adminPassword: secretsmanager.ISecret): void {
  new CfnOutput(stack, 'Url', { value: url, description: 'Odoo; log in as admin' });
  new CfnOutput(stack, 'FirstPassword', {
    value: `aws secretsmanager get-secret-value --region ${stack.region} --secret-id ${adminPassword.secretArn} --query SecretString --output text`,
    description: 'Prints the first password of the user admin; change it in Odoo',
  });
}
