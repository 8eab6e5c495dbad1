import { getRdsRootCertificates, rdsRootCertificates } from '../../config/rds-root-certificates.ts';

/**
 * Certificates, in PEM, that a node trusts when it connects to RDS.
 *
 * @throws Error if none are known for the Region; the validation of the configuration refuses that before.
 */
export function trustedCertificates(region: string): string {
  const certificates = rdsRootCertificates(region);
  if (certificates === undefined) {
    throw new Error(
      `no root certificates of RDS are known for Region ${region}; ${getRdsRootCertificates(region)}`,
    );
  }
  return certificates;
}
