import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeInstanceTypeOfferingsCommand, DescribeVolumesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeServicesCommand, DescribeTaskDefinitionCommand, ECSClient } from '@aws-sdk/client-ecs';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { z } from 'zod';
import type { PatientClient } from '../../aws-patience.ts';
import { container, execution, group, scalableTarget, service, volume } from '../answers.ts';
import type { DeployedCompute } from '../deployed.ts';
import { only } from './only.ts';

/** Amazon ECS, EC2 and what scales and releases them. */
export function awsCompute(config: PatientClient): DeployedCompute {
  const ecs = new ECSClient(config);
  const ec2 = new EC2Client(config);
  const autoScaling = new AutoScalingClient(config);
  const scaling = new ApplicationAutoScalingClient(config);
  const machines = new SFNClient(config);
  return {
    async service(arn) {
      const { services } = await ecs.send(
        new DescribeServicesCommand({ cluster: clusterOf(arn), services: [arn] }),
      );
      return service.parse(only(services, `service ${arn}`));
    },
    async containers(taskDefinition) {
      const answer = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
      return z.array(container).parse(answer.taskDefinition?.containerDefinitions);
    },
    async scalableTarget(resourceId) {
      const { ScalableTargets = [] } = await scaling.send(
        new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs', ResourceIds: [resourceId] }),
      );
      return scalableTarget.optional().parse(ScalableTargets[0]);
    },
    async lastExecution(stateMachineArn) {
      const { executions = [] } = await machines.send(
        new ListExecutionsCommand({ stateMachineArn, maxResults: 1 }),
      );
      return execution.optional().parse(executions[0]);
    },
    async group(name) {
      const { AutoScalingGroups } = await autoScaling.send(
        new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
      );
      return group.parse(only(AutoScalingGroups, `Auto Scaling group ${name}`));
    },
    async volume(id) {
      const { Volumes } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }));
      return volume.parse(only(Volumes, `volume ${id}`));
    },
    async instanceTypeOffered(instanceType) {
      const { InstanceTypeOfferings = [] } = await ec2.send(
        new DescribeInstanceTypeOfferingsCommand({
          LocationType: 'region',
          Filters: [{ Name: 'instance-type', Values: [instanceType] }],
        }),
      );
      return InstanceTypeOfferings.length > 0;
    },
  };
}

/** `arn:aws:ecs:REGION:ACCOUNT:service/CLUSTER/NAME`. */
function clusterOf(serviceArn: string): string | undefined {
  return serviceArn.split('/')[1];
}
