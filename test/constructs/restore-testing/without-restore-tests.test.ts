import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { ServiceBackupStack } from '../../../lib/stacks/service-backup-stack.ts';
import { NetworkStack } from '../../../lib/stacks/network-stack.ts';
import { ServiceDataStack } from '../../../lib/stacks/service-data-stack.ts';
import { environmentOf, planOf } from '../../support/environments.ts';
import { testApp } from '../../support/stack.ts';

it('promises no proof where AWS Backup cannot test restores, and makes recovery points', () => {
  const storage = { growthPerYear: 0.3, filestoreGiB: 10, floorGiB: 0, filestore: 'efs' } as const;
  const changes = { region: 'ca-west-1', storage } as const;
  const planned = { environment: environmentOf(40, changes), plan: planOf(40, changes) };
  const app = testApp();
  const networkStack = new NetworkStack(app, planned);
  const dataStack = new ServiceDataStack(app, { ...planned, networkStack });
  const stack = new ServiceBackupStack(app, { ...planned, networkStack, dataStack });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::Backup::BackupPlan', 1);
  template.resourceCountIs('AWS::Backup::RestoreTestingPlan', 0);
  expect(stack.restoresAreTested).toBe(false);
  Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('does not test restores in ca-west-1'));
});
