import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

// Loading AWS's libraries takes longer than most commands do altogether.
it('the commands start without the libraries of AWS, which some of them load when they need them', async () => {
  const { metafile } = await build({
    entryPoints: ['bin/odoo-aws.ts'],
    absWorkingDir: fileURLToPath(new URL('../../..', import.meta.url)),
    outdir: '.local/lazy-libraries',
    write: false,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    metafile: true,
  });
  /** Libraries of AWS that are loaded by then: at the start, or also by what is imported when it is needed. */
  const librariesOf = (when: 'start' | 'end') => {
    const libraries = new Set<string>();
    const files = ['bin/odoo-aws.ts'];
    // It grows while it is walked.
    for (const file of files) {
      for (const { path, kind, external } of metafile.inputs[file]?.imports ?? []) {
        if (kind === 'dynamic-import' && when === 'start') continue;
        if (external) libraries.add(path);
        else if (!files.includes(path)) files.push(path);
      }
    }
    return [...libraries].filter((name) => name.startsWith('@aws-sdk/'));
  };
  expect(librariesOf('start')).toEqual([]);
  expect(librariesOf('end')).toContain('@aws-sdk/client-sfn');
});
