import { afterAll, describe, expect, it } from 'vitest';
import { HostDirectory } from './host.ts';

const host = new HostDirectory();
afterAll(() => host.remove());

/** What is asked of snap, whose commands that match `failing` (a pattern of `case`) fail. */
function keep(failing: string): { readonly code: number | null; readonly output: string } {
  return host.run(
    `snap() { echo "snap $*"; case "$*" in ${failing}) return 1 ;; esac; }; keep_session_manager`,
  );
}

describe('the agent of Session Manager', () => {
  it("is the one of Canonical's image, started", () => {
    expect(keep("''")).toEqual({ code: 0, output: 'snap start --enable amazon-ssm-agent\n' });
  });

  it('is installed where the image lacks it', () => {
    expect(keep("'list '*").output).toBe(
      'snap install --classic amazon-ssm-agent\nsnap start --enable amazon-ssm-agent\n',
    );
  });

  it('keeps no server from serving when it cannot be had, which is said', () => {
    const { code, output } = keep("'list '*|'install '*|'start '*");
    expect(code).toBe(0);
    expect(output).toContain('nobody can open a session on this server');
  });

  it('is left to the image where there are no snaps', () => {
    expect(host.run('PATH=/nowhere; keep_session_manager')).toEqual({ code: 0, output: '' });
  });
});
