import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { regionNames } from '../../../config/regions.ts';
import { rdsRootCertificates } from '../../../constructs/odoo-node/rds-root-certificates.ts';

/** Younger than the bundle that the certificates were taken from. */
const WITHOUT_CERTIFICATES = ['ap-east-2', 'ap-southeast-6'];

describe('root certificates of RDS', () => {
  it.each(regionNames.filter((region) => !WITHOUT_CERTIFICATES.includes(region)))(
    'are complete, for this Region and self-signed in %s',
    (region) => {
      const pems = rdsRootCertificates(region).match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
      const certificates = pems.map((pem) => new X509Certificate(pem));
      expect(certificates.map(({ subject }) => /CN=(.+)/.exec(subject)?.[1])).toEqual(
        ['RSA2048', 'RSA4096', 'ECC384'].map((key) => `Amazon RDS ${region} Root CA ${key} G1`),
      );
      for (const certificate of certificates) {
        expect(certificate.ca).toBe(true);
        expect(certificate.verify(certificate.publicKey)).toBe(true);
        expect(new Date(certificate.validTo).getFullYear()).toBeGreaterThan(2055);
      }
    },
  );

  it.each(WITHOUT_CERTIFICATES)('that are missing in %s come with the way to get them', (region) => {
    expect(() => rdsRootCertificates(region)).toThrow(`https://truststore.pki.rds.amazonaws.com/${region}/`);
  });
});
