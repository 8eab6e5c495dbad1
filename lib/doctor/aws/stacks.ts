import {
  CloudFormationClient,
  DetectStackResourceDriftCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import type { PatientClient } from '../../aws-patience.ts';
import { findStack, resourcesOf } from '../../cloudformation.ts';
import { deployedResource, deployedStack, resourceDrift } from '../answers.ts';
import type { DeployedStacks } from '../deployed.ts';

/** AWS CloudFormation. */
export function awsStacks(config: PatientClient): DeployedStacks {
  const client = new CloudFormationClient(config);
  return {
    async stack(name) {
      return deployedStack.optional().parse(await findStack(client, name));
    },
    async resources(stack) {
      const found = [];
      for await (const summary of resourcesOf(client, stack)) found.push(summary);
      return z.array(deployedResource).parse(found);
    },
    async template(stack) {
      const { TemplateBody } = await client.send(
        new GetTemplateCommand({ StackName: stack, TemplateStage: 'Original' }),
      );
      return z.string().parse(TemplateBody);
    },
    async drift(stack, logicalId) {
      try {
        const { StackResourceDrift } = await client.send(
          new DetectStackResourceDriftCommand({ StackName: stack, LogicalResourceId: logicalId }),
        );
        return resourceDrift.parse(StackResourceDrift);
      } catch (error) {
        if (!saysThatItCannotTell(error)) throw error;
        return { StackResourceDriftStatus: 'NOT_CHECKED', PropertyDifferences: [] };
      }
    },
  };
}

/** Of a type whose drift CloudFormation does not know. The error has no name of its own. */
function saysThatItCannotTell(error: unknown): boolean {
  return error instanceof Error && /drift .*not supported/i.test(error.message);
}
