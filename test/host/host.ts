import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Domain } from '../../config/environment.ts';
import { hostFiles } from '../../constructs/odoo-server/host-files.ts';
import { planOf } from '../support/environments.ts';

/** The files of the server as the bundle has them, unpacked into a directory of their own. */
export class HostDirectory {
  readonly path = mkdtempSync(join(tmpdir(), 'odoo-host-'));

  constructor(domain?: Domain) {
    const plan = planOf(10);
    if (!plan.server) throw new Error('a plan for ten users has no server');
    for (const { path, text } of hostFiles({
      plan,
      server: plan.server,
      odooVersion: '19.0',
      sessionGuard: false,
      release: 'test',
      domain,
      signIn: { twoFactor: 'off', providers: [] },
      rollout: { modules: [], phases: [] },
      pointInTimeDays: 14,
      windows: { maintenance: 'sun:03:00-sun:04:00', backup: '00:30-01:30' },
      businessHours: 'mon-fri 07:00-17:00',
    })) {
      this.write(path, text);
    }
  }

  write(name: string, text: string): string {
    const file = join(this.path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** Runs commands that may use the functions of the scripts, with `DATA` below this directory. */
  run(commands: string): { readonly code: number | null; readonly output: string } {
    const script = `source '${this.path}/provision.sh'; DATA='${this.path}/data'; mkdir -p "$DATA"; ${commands}`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    return { code: status, output: stdout + stderr };
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

/** Whether a program can be started here. */
export function hasProgram(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}
