import images from './data/images.json' with { type: 'json' };
import type { OdooVersion } from './environment.ts';

/**
 * A container image that is pinned by the digest of its multi-architecture index.
 *
 * The stored digests are those that Docker's official images publish in `docker-library/repo-info`, read in November
 * 2026 together with the platforms of each index. They are pulled from Amazon's mirror of the official images, which
 * has the same digests and not Docker Hub's limit of anonymous pulls.
 */
export interface PinnedImage {
  readonly repository: string;
  /** What the digest was called; for people only, the digest decides. */
  readonly tag: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly platforms: readonly string[];
  /** Day on which the image was built, ISO 8601: tells how old its security updates are. */
  readonly built: string;
  /** Where digest and platforms were read. */
  readonly source: string;
}

/** Official Odoo image of a version. */
export function officialOdooImage(version: OdooVersion): PinnedImage {
  return images.odoo[version];
}

/** Official nginx image. */
export const NGINX_IMAGE: PinnedImage = images.nginx;

/** Official Ubuntu image, of the release that the single server has. Its packages are updated by whoever runs it. */
export const UBUNTU_IMAGE: PinnedImage = images.ubuntu;

/** Reference by digest, as a registry client takes it. */
export function imageReference(image: PinnedImage): string {
  return `${image.repository}@${image.digest}`;
}
