import { describe, expect, it } from 'vitest';
import { imageReference, NGINX_IMAGE, officialOdooImage, UBUNTU_IMAGE } from '../../config/images.ts';

const images = [
  ['Odoo 18.0', officialOdooImage('18.0')],
  ['Odoo 19.0', officialOdooImage('19.0')],
  ['nginx', NGINX_IMAGE],
  ['Ubuntu', UBUNTU_IMAGE],
] as const;

describe.each(images)('the pinned image of %s', (_, image) => {
  it('is named by the digest of an index for both CPU architectures', () => {
    expect(imageReference(image)).toMatch(/^public\.ecr\.aws\/docker\/library\/[a-z]+@sha256:[0-9a-f]{64}$/);
    expect(image.platforms).toEqual(expect.arrayContaining(['linux/amd64', 'linux/arm64']));
  });

  it('says when it was built and where its digest was read', () => {
    expect(image.built).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(image.source).not.toBe('');
  });
});

it('every version of Odoo has an image of its own series', () => {
  for (const version of ['18.0', '19.0'] as const)
    expect(officialOdooImage(version).tag).toMatch(`${version}-`);
});
