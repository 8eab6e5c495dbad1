import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A program in a process of its own, because the signal is one of the whole process. */
const PROGRAM = `
  import { keyboard } from './lib/cli/keyboard.ts';
  const { pause, interrupted } = keyboard();
  if (process.argv[2] === 'before') console.log('ready');
  else setTimeout(() => console.log('ready'), 100);
  if (process.argv[2] === 'before') await new Promise((resolve) => setTimeout(resolve, 60_000));
  while (!interrupted()) await pause(60);
  console.log('goes on by itself');
`;

async function interrupt(when: 'before' | 'during') {
  const { outputFiles } = await build({
    stdin: { contents: PROGRAM, resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
  });
  const child = spawn(process.execPath, ['--input-type=module', '-', when], { cwd: root });
  child.stdin.end(outputFiles[0]?.text);
  let out = '';
  child.stdout.on('data', (text: Buffer) => {
    out += String(text);
    if (String(text).includes('ready')) child.kill('SIGINT');
  });
  const [code, signal]: unknown[] = await once(child, 'close');
  return { out, code, signal };
}

it('Ctrl-C ends the watching at once, and the command says what goes on', async () => {
  expect(await interrupt('during')).toEqual({ out: 'ready\ngoes on by itself\n', code: 0, signal: null });
});

it('Ctrl-C ends the command before anything is watched', async () => {
  expect(await interrupt('before')).toEqual({ out: 'ready\n', code: null, signal: 'SIGINT' });
});
