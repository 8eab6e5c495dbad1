import { expect, it, vi } from 'vitest';
import { environmentOf } from '../../support/environments.ts';
import { resourcesOf, templatesOf } from '../../support/templates.ts';

// The Regions without restore tests are so young that their certificates have to be brought along.
vi.mock(import('../../../config/rds-root-certificates.ts'), async (original) => ({
  ...(await original()),
  rdsRootCertificates: () => 'certificates',
}));

it('promises no proof where AWS Backup cannot test restores, and makes recovery points', () => {
  const storage = { growthPerYear: 0.3, filestoreGiB: 10, floorGiB: 0, filestore: 'efs' } as const;
  const templates = templatesOf(environmentOf(40, { region: 'ca-west-1', storage }));
  expect(resourcesOf(templates, 'AWS::Backup::BackupPlan')).toHaveLength(1);
  expect(resourcesOf(templates, 'AWS::Backup::RestoreTestingPlan')).toEqual([]);
  const alarms = resourcesOf(templates, 'AWS::CloudWatch::Alarm').map(
    ({ resource }) => resource.Properties?.['MetricName'],
  );
  expect(alarms).not.toContain('RestoreProofAge');
});
