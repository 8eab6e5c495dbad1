import type { Instruments } from './examine.ts';
import { fromHere } from './from-here.ts';

/** The real ones, imported when they are needed: AWS's libraries and the CDK take longer to load than other commands run. */
export const realInstruments: Instruments = {
  async stacksOf(planned) {
    const { expectedStacks } = await import('./expected.ts');
    return expectedStacks(planned);
  },
  async deployedIn(region) {
    const { awsDeployed } = await import('./aws/aws-deployed.ts');
    return awsDeployed(region);
  },
  async backupsIn(region) {
    const { awsCloud } = await import('../backups/aws-cloud.ts');
    return awsCloud(region);
  },
  async drillsIn(environment, region) {
    const { awsDrills } = await import('../drill/aws-drills.ts');
    return awsDrills(environment, region);
  },
  async fenceIn(environment, region) {
    const { awsFence } = await import('../failover/aws-fence.ts');
    return awsFence(environment, region);
  },
  outside: fromHere,
  now: () => new Date(),
};
