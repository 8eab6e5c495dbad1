import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { packedProgram } from '../../../constructs/database-job/database-job-files.ts';
import { nodeFile } from '../../../constructs/odoo-node/render-template.ts';
import { configureArguments } from '../../../constructs/odoo-service/task-layout.ts';
import { findPython } from '../../support/python.ts';

const FILES = new URL('../../../constructs/database-job/files/', import.meta.url);
const OWNER = `${process.getuid?.()}:${process.getgid?.()}`;

let directory = '';
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'packed-'))));
afterEach(() => rmSync(directory, { recursive: true }));

/** One with what the job imports. */
const jobPython = () => findPython(['psycopg2', 'passlib'], ['python3-psycopg2', 'python3-passlib']);

/** The program, written by the container that runs first. */
function configured(): string {
  const path = join(directory, 'database_job.pyz');
  const [, , , , ...files] = configureArguments(
    [],
    [{ path, owner: OWNER, mode: '0400', bytes: packedProgram() }],
  );
  const { status, stderr } = spawnSync('python3', ['-c', nodeFile('configure.py'), ...files], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return path;
}

it('is written byte for byte', () => {
  expect(readFileSync(configured())).toEqual(Buffer.from(packedProgram()));
});

it('is the same on every machine: by repetition, and in another time zone', () => {
  const there = process.env['TZ'];
  const here = packedProgram();
  try {
    for (const zone of ['Pacific/Kiritimati', 'America/Los_Angeles']) {
      process.env['TZ'] = zone;
      expect(packedProgram()).toEqual(here);
    }
  } finally {
    if (there === undefined) delete process.env['TZ'];
    else process.env['TZ'] = there;
  }
});

it('is what Python runs', () => {
  const python = jobPython();
  const { status, stdout, stderr } = spawnSync(python, [configured(), '--help'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout).toContain('--odoo-version');
  expect(status).toBe(0);
});

it('ends with the exit code of the job', () => {
  const python = jobPython();
  const { status, stderr } = spawnSync(python, [configured(), '--host=a', '--ca-bundle=b'], {
    encoding: 'utf8',
  });
  expect(stderr).toContain('the following arguments are required');
  expect(status).toBe(2);
});

it('has every file of the job in it, which means the same to Python without its comments', () => {
  const archive = join(directory, 'again.zip');
  writeFileSync(archive, packedProgram());
  // What is compiled, without the texts that only describe: a file, or a function, that is nothing but them is left alone.
  const script = `
import ast, json, pathlib, sys, zipfile
def meaning(text):
    tree = ast.parse(text)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body[0].value.value = ""
    return ast.dump(tree)
packed = zipfile.ZipFile(sys.argv[1])
files = {path.name: path.read_text() for path in pathlib.Path(sys.argv[2]).glob("*.py")}
same = {name: meaning(packed.read(name).decode()) == meaning(text) for name, text in files.items()}
print(json.dumps([sorted(packed.namelist()) == sorted([*files, "__main__.py"]), same]))`;
  const { stdout, stderr } = spawnSync('python3', ['-c', script, archive, fileURLToPath(FILES)], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const [complete, same] = JSON.parse(stdout);
  expect(complete).toBe(true);
  expect(Object.entries(same).filter(([, isSame]) => !isSame)).toEqual([]);
});
