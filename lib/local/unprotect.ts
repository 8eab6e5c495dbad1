import { UpdateTerminationProtectionCommand } from '@aws-sdk/client-cloudformation';
import { ModifyLoadBalancerAttributesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ModifyDBInstanceCommand } from '@aws-sdk/client-rds';
import type { DeployedResources } from './deployed-resources.ts';
import type { LocalAccount } from './local-account.ts';

/** Takes every protection against deletion off an environment, as its owner would have to before removing it. */
export async function unprotect(account: LocalAccount, resources: DeployedResources): Promise<void> {
  for (const { StackName } of resources.stacks) {
    await account.cloudFormation.send(
      new UpdateTerminationProtectionCommand({ StackName, EnableTerminationProtection: false }),
    );
  }
  for (const id of resources.idsOf('AWS::RDS::DBInstance')) {
    const off = { DeletionProtection: false, ApplyImmediately: true };
    await account.rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: id, ...off }));
  }
  for (const arn of resources.idsOf('AWS::ElasticLoadBalancingV2::LoadBalancer')) {
    const Attributes = [{ Key: 'deletion_protection.enabled', Value: 'false' }];
    await account.loadBalancing.send(
      new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: arn, Attributes }),
    );
  }
}
