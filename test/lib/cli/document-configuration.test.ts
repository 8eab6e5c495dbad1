import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { environmentFileSchema } from '../../../config/schema.ts';
import { configurationDocument } from '../../../lib/cli/document-configuration.ts';

describe('docs/configuration.md', () => {
  it('is what the schema says now; otherwise run: npm run docs:configuration', async () => {
    const stored = await readFile(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');

    expect(stored).toBe(configurationDocument());
  });

  it('has every field', () => {
    const document = configurationDocument();

    for (const field of Object.keys(environmentFileSchema.shape)) {
      expect(document).toContain(`| \`${field}\` |`);
    }
  });

  it('has the defaults of production beside those of other environments', () => {
    expect(configurationDocument()).toContain('`7`; in production `35`');
  });
});
