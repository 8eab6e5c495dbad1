// Runs a TypeScript program of this project: node bin/run.mjs PROGRAM.ts [ARGUMENTS]
//
// Puts the program's own source together first, which takes a tenth of the time that a loader spends on transforming it
// file by file (docs/benchmarks.md). What is imported only when it is needed stays in files of its own, so that a command
// does not load the libraries of all the others. Nothing is left behind, so nothing can be out of date. Types are not
// checked here: `npm test` does that.
import { build } from 'esbuild';
import { readFileSync, rmSync } from 'node:fs';
import module from 'node:module';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [program, ...programArguments] = process.argv.slice(2);
if (program === undefined) {
  console.error('usage: node bin/run.mjs PROGRAM.ts [ARGUMENTS]');
  process.exit(2);
}

const root = fileURLToPath(new URL('..', import.meta.url));
// Inside the project, where the imports of packages are resolved; one per process, because several may run at once.
const outdir = join(root, '.local', 'run', `${basename(program, '.ts')}-${process.pid}`);

/** Files beside the source are found by the address of the source, not of the file that it is put into. */
const keepAddresses = {
  name: 'keep-addresses',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8').replaceAll(
        'import.meta.url',
        JSON.stringify(pathToFileURL(path).href),
      ),
    }));
  },
};

try {
  await build({
    entryPoints: [resolve(program)],
    outdir,
    outExtension: { '.js': '.mjs' },
    splitting: true,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    sourcesContent: false,
    logLevel: 'error',
    plugins: [keepAddresses],
  });
} catch {
  // esbuild has said what is wrong and where.
  process.exit(1);
}

process.setSourceMapsEnabled(true);
process.argv.splice(1, process.argv.length - 1, resolve(program), ...programArguments);
// Node 22 and newer: keeps what V8 made of the libraries for the next run.
module.enableCompileCache?.(join(root, '.local', 'compile-cache'));
process.on('exit', () => rmSync(outdir, { recursive: true, force: true }));
await import(pathToFileURL(join(outdir, `${basename(program, '.ts')}.mjs`)).href);
