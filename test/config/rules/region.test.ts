import { describe } from 'vitest';
import { itAccepts, itRefuses } from '../rule-table.ts';

describe('what a Region has', () => {
  itRefuses([
    {
      when: 'S3 Files in a Region without it',
      change: { region: 'me-south-1', storage: { filestore: 's3-files' } },
      path: 'storage.filestore',
      message: /^is not possible in me-south-1/,
      fix: /it is then efs there/,
    },
    {
      when: 'RDS in a Region whose root certificates are not known',
      change: { region: 'ap-southeast-6' },
      path: 'region',
      message: /^has root certificates of RDS that are not known yet/,
      fix: /^run: curl .*rds-root-certificates\/ap-southeast-6\.pem/,
    },
  ]);

  itAccepts([
    { when: 'a Region without S3 Files, with EFS by itself', change: { region: 'me-south-1' } },
    { when: 'EFS where S3 Files exists', change: { storage: { filestore: 'efs' } } },
    {
      when: 'the single server where RDS is not trusted',
      tier: 'small',
      change: { region: 'ap-southeast-6' },
    },
  ]);
});
