import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { rdsRootCertificates } from '../../config/rds-root-certificates.ts';
import { regionNames } from '../../config/regions.ts';

/** Younger than the library's list of April 2024. */
const UNKNOWN = [
  'ap-east-2',
  'ap-southeast-5',
  'ap-southeast-6',
  'ap-southeast-7',
  'ca-west-1',
  'il-central-1',
  'mx-central-1',
];

describe('root certificates of RDS', () => {
  it.each(regionNames.filter((region) => !UNKNOWN.includes(region)))(
    'are complete, for this Region and self-signed in %s',
    (region) => {
      const pems = rdsRootCertificates(region)?.match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----\n/g) ?? [];
      const certificates = pems.map((pem) => new X509Certificate(pem));
      const names = certificates.map(({ subject }) => /CN=(.+)/.exec(subject)?.[1]);
      expect(new Set(names)).toEqual(
        new Set(['ECC384', 'RSA2048', 'RSA4096'].map((key) => `Amazon RDS ${region} Root CA ${key} G1`)),
      );
      for (const certificate of certificates) {
        expect(certificate.ca).toBe(true);
        expect(certificate.verify(certificate.publicKey)).toBe(true);
        expect(new Date(certificate.validTo).getFullYear()).toBeGreaterThan(2055);
      }
    },
  );

  it.each(UNKNOWN)('are not made up in %s', (region) => {
    expect(rdsRootCertificates(region)).toBeUndefined();
  });
});
