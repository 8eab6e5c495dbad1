import type { Problem } from '../problem.ts';
import { getRdsRootCertificates, rdsRootCertificates } from '../rds-root-certificates.ts';
import { isRegionName, regionOf } from '../regions.ts';
import type { Draft, Rule } from './rule.ts';

/** What is asked for must exist in the Region. */
export const regionRules: Rule = (draft) => [...filestoreOfRegion(draft), ...databaseOfRegion(draft)];

function filestoreOfRegion({ file: { region, storage } }: Draft): Problem[] {
  return isRegionName(region) && storage?.filestore === 's3-files' && !regionOf(region).s3Files
    ? [
        {
          path: 'storage.filestore',
          value: storage.filestore,
          message: `is not possible in ${region}, where CloudFormation has no Amazon S3 Files`,
          allowed: 'efs',
          fix: 'leave the field out; it is then efs there',
        },
      ]
    : [];
}

/** Odoo verifies whom it sends its database password to, and starts nowhere where it cannot. */
function databaseOfRegion({ file: { region }, tier }: Draft): Problem[] {
  return isRegionName(region) &&
    tier !== undefined &&
    tier !== 'small' &&
    rdsRootCertificates(region) === undefined
    ? [
        {
          path: 'region',
          value: region,
          message: `has root certificates of RDS that are not known yet, and Odoo would not trust its database`,
          allowed: 'a Region whose certificates are known',
          fix: getRdsRootCertificates(region),
        },
      ]
    : [];
}
