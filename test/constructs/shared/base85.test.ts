import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { base85 } from '../../../constructs/shared/base85.ts';

/** What Python reads of texts, with the alphabet of `configure.py`. */
function decoded(texts: readonly string[]): readonly string[] {
  const program = `
import base64, json, sys
alphabet = str.maketrans("./:[]", "$\\x7b<>&")
print(json.dumps([base64.b85decode(text.translate(alphabet)).hex() for text in json.load(sys.stdin)]))`;
  const { stdout, stderr } = spawnSync('python3', ['-c', program], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
  });
  if (stderr !== '') throw new Error(stderr);
  return JSON.parse(stdout);
}

it('is what Python reads, whatever the bytes and their number', () => {
  const samples = fc.sample(fc.uint8Array({ maxLength: 40 }), { numRuns: 300, seed: 85 });
  const extremes = [0, 1, 2, 3, 4, 5, 8].flatMap((length) =>
    [0, 255].map((value) => new Uint8Array(length).fill(value)),
  );
  const all = [...samples, ...extremes];
  expect(decoded(all.map((bytes) => base85(bytes)))).toEqual(
    all.map((bytes) => Buffer.from(bytes).toString('hex')),
  );
});

it('has no character that templates, JSON or pages give a meaning', () => {
  const everything = base85(
    Uint8Array.from({ length: 4096 }, (_, index) => (index * 37 + (index >> 3)) % 256),
  );
  expect(everything).not.toMatch(/["'\\$<>&{,\s]/);
});
