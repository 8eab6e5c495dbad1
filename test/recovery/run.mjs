// Run by `npm run test:recovery`: everything that proves a recovery and needs neither an account nor root. Arguments go to vitest,
// and then only that is run.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const filter = process.argv.slice(2);

const codes = [
  run(
    join('node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--config',
    'test/recovery/vitest.config.ts',
    ...filter,
  ),
  ...(filter.length > 0 ? [] : [run('bin/run.mjs', 'test/local/local-deployment.ts', '--recovery')]),
];
console.log(
  `\nNot in here, because it boots a machine and needs root: the single server, recovered from its copies (npm run test:host -- recovered).`,
);
process.exit(codes.find((code) => code !== 0) ?? 0);

function run(...args) {
  const { status, error } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (error) console.error(`${args[0]} could not be started: ${error.message}`);
  return status ?? 1;
}
