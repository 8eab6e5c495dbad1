import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nodeFile } from './render-template.ts';

/**
 * Root certificates of RDS in a Region (RSA 2048, RSA 4096 and ECC 384, valid to 2061 and beyond), in PEM.
 *
 * Kept in the repository instead of downloaded when a node starts: a node that scales out must not depend on one more
 * service, and what is trusted should change by review. Taken from RDS's global bundle of July 2025; the fingerprints
 * agree with three other copies of the bundle, of 2023 to 2025, wherever those have the Region.
 *
 * @throws Error if none are stored for the Region, with the command that stores them.
 */
export function rdsRootCertificates(region: string): string {
  const name = `rds-root-certificates/${region}.pem`;
  if (!existsSync(fileURLToPath(new URL(`files/${name}`, import.meta.url)))) {
    throw new Error(
      `no root certificates of RDS are stored for Region ${region}: get them with ` +
        `'curl -o constructs/odoo-node/files/${name} https://truststore.pki.rds.amazonaws.com/${region}/${region}-bundle.pem'`,
    );
  }
  return nodeFile(name);
}
