import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackupHost } from '../../host/backup-host.ts';
import type { PostgresCluster } from '../../support/postgres.ts';

/** The dump of Odoo's database that the single server's own program would put into its bucket tonight. */
export function nightlyDump(cluster: PostgresCluster): Buffer {
  const host = new BackupHost();
  try {
    const bin = join(host.path, 'bin');
    mkdirSync(bin);
    // The program becomes postgres, as on the server; PGUSER says whom it means.
    const setpriv = join(bin, 'setpriv');
    writeFileSync(setpriv, '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift; exec "$@"\n');
    chmodSync(setpriv, 0o755);
    const { code, output } = host.backup('dump', {
      PATH: `${bin}:${process.env['PATH']}`,
      SOCKET_DIRECTORY: cluster.directory,
      PGPORT: String(cluster.port),
      PGUSER: 'bootstrap',
    });
    const [key] = host.keys('backups').filter((name) => name.startsWith('server/dumps/'));
    if (code !== 0 || key === undefined) throw new Error(`no dump was made:\n${output}`);
    return readFileSync(join(host.aws, 'objects', 'backups', encodeURIComponent(key)));
  } finally {
    host.remove();
  }
}
