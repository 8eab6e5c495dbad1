import type { Check } from '../check.ts';

/** What holds data, or the only key or name of it: of these a change by hand is the least likely to be meant. */
const WATCHED = [
  'AWS::RDS::DBInstance',
  'AWS::RDS::DBParameterGroup',
  'AWS::S3::Bucket',
  'AWS::EFS::FileSystem',
  'AWS::EC2::Volume',
  'AWS::KMS::Key',
  'AWS::Backup::BackupVault',
  'AWS::SecretsManager::Secret',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::ElasticLoadBalancingV2::Listener',
];

/** CloudFormation looks at each resource for some seconds. */
export const driftCheck: Check = {
  name: 'drift',
  asks: 'Has somebody changed what holds data by hand, past the templates?',
  basis: 'templates',
  todo: 'ask who did it and why; take it back where it is, or put it into the environment file, and deploy',
  page: 'docs/doctor.md#what-is-compared-with-what',
  async look(subject, findings) {
    await Promise.all(
      subject.of(WATCHED).map(async ({ stack, logicalId, place }) => {
        const drift = await findings.read(`drift of ${place}`, async () =>
          (await subject.in(stack.region)).drift(stack.name, logicalId),
        );
        if (drift === undefined) return;
        const {
          StackResourceDriftStatus: status,
          PropertyDifferences: differences,
          DriftStatusReason: reason = 'CloudFormation gives no reason',
        } = drift;
        if (status === 'IN_SYNC') return findings.see(`${place}: as in its template`);
        if (status === 'NOT_CHECKED') return findings.see(`${place}: CloudFormation cannot say`);
        if (status === 'UNKNOWN') return findings.cannotRead(`drift of ${place}`, new Error(reason));
        if (status === 'DELETED') return findings.fault(`${place} was deleted`);
        for (const { PropertyPath, ActualValue, ExpectedValue } of differences) {
          findings.fault(`${place}: ${PropertyPath} is ${ActualValue}, in the template ${ExpectedValue}`);
        }
        if (differences.length === 0) findings.fault(`${place} is ${status}`);
      }),
    );
  },
};
