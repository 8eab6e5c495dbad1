import { type aws_autoscaling as autoscaling, CfnOutput, type Stack } from 'aws-cdk-lib';

/** Output with the command that opens a logged session on the server, whichever instance that is by then. */
export function showSession(stack: Stack, group: autoscaling.IAutoScalingGroup, documentName: string): void {
  const { region } = stack;
  const instance =
    `aws autoscaling describe-auto-scaling-groups --region ${region}` +
    ` --auto-scaling-group-names ${group.autoScalingGroupName}` +
    ` --query 'AutoScalingGroups[0].Instances[0].InstanceId' --output text`;
  new CfnOutput(stack, 'Session', {
    value: `aws ssm start-session --region ${region} --document-name ${documentName} --target $(${instance})`,
    description: 'Opens a logged session on the server',
  });
}
