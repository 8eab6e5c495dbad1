import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { BackedUpCluster, canBackUp } from './backed-up-cluster.ts';
import { type BackupHost, type Ended, python } from './backup-host.ts';
import { hasProgram } from './host.ts';

const REPORT = z.object({
  restoreJob: z.string(),
  volume: z.string(),
  recoveryPoint: z.string(),
  newestChange: z.nullable(z.string()),
  validated: z.string(),
  findings: z.array(z.object({ check: z.string(), passed: z.boolean(), details: z.string() })),
  attachments: z.object({ checked: z.number(), bytes: z.number(), read: z.number() }),
});
type Report = z.infer<typeof REPORT>;

/** Every check, in the order of the report. */
export const CHECKS = [
  'volume',
  'recovery point',
  'restore',
  'encoding and collation',
  'extension pg_trgm',
  'modules',
  'release',
  'users',
  'rows',
  'attachments',
];

export const VOLUME = 'vol-0fedcba9876543210';
export const LINK = 'nvme-Amazon_Elastic_Block_Store_vol0fedcba9876543210';

/** Loop devices and mount namespaces of one's own, which a sandbox may forbid even root. */
export const canMount =
  canBackUp &&
  hasProgram('mkfs.ext4') &&
  spawnSync('unshare', ['--mount', 'sh', '-c', 'losetup --find'], { stdio: 'ignore' }).status === 0;

export function succeed(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}

/** A volume, and a proof of it. */
export interface Case {
  readonly image?: string;
  /** A shell command on the mounted file system. */
  readonly damage?: string;
  readonly recoveryPoint?: Date;
  /** Statements of Python before the proof. */
  readonly statements?: string;
  readonly environment?: Record<string, string>;
}

/** A real cluster and filestore, the file system of a moment at which the power failed, and the server that goes on. */
export class VolumeBench {
  readonly cluster: BackedUpCluster;
  readonly host: BackupHost;
  readonly good: string;
  readonly devices: string;
  readonly temporary: string;
  readonly attachments: string[] = [];
  /** When the last snapshot was. */
  taken = new Date();

  constructor() {
    this.cluster = new BackedUpCluster({ archive_timeout: '1s' });
    this.host = this.cluster.host;
    this.good = join(this.host.path, 'good.img');
    this.devices = join(this.host.path, 'by-id');
    this.temporary = join(this.host.path, 'tmp');
    for (const folder of [this.devices, this.temporary]) mkdirSync(folder);
    for (const content of ['an invoice', 'a contract', 'a photo']) {
      const name = this.host.attach(content);
      const [sha1] = name.split('/').slice(1);
      this.cluster.sql(
        `INSERT INTO ir_attachment VALUES ('${name}', 'binary', ${Buffer.byteLength(content)}, '${sha1}')`,
      );
      this.attachments.push(name);
    }
    this.cluster
      .sql(`CREATE TABLE sale_order (id int, create_date timestamp DEFAULT (now() AT TIME ZONE 'UTC'));
      INSERT INTO sale_order SELECT generate_series(1, 200)`);
    this.snapshot(this.good);
    // What users do while the snapshot is stored and restored.
    this.cluster.sql('INSERT INTO sale_order SELECT generate_series(201, 400)');
  }

  /** The data volume at this moment, as EBS would have it: nobody was told to write down what was open. */
  snapshot(image: string): void {
    this.taken = new Date();
    this.cluster.control('stop', '--mode=immediate');
    rmSync(image, { force: true });
    succeed('truncate', '--size=600M', image);
    succeed('mkfs.ext4', '-q', '-d', this.host.data, image);
    this.cluster.start();
  }

  noFileSystem(): string {
    const image = join(this.host.path, 'zeros.img');
    succeed('truncate', '--size=10M', image);
    return image;
  }

  /** Attaches a copy of the image, and calls. */
  withVolume<T>({ image = this.good, damage }: Case, use: (device: string) => T): T {
    const file = join(this.host.path, 'restored.img');
    copyFileSync(image, file);
    const device = succeed('losetup', '--find', '--show', file);
    try {
      if (damage !== undefined) {
        const script = `mount -t ext4 ${device} /mnt && cd /mnt && ${damage} && cd / && umount /mnt`;
        succeed('unshare', '--mount', 'sh', '-ec', script);
      }
      succeed('ln', '-sfn', device, join(this.devices, LINK));
      return use(device);
    } finally {
      rmSync(join(this.devices, LINK), { force: true });
      succeed('losetup', '--detach', device);
    }
  }

  program(statements = ''): string {
    return `import sys
from pathlib import Path
from backup import restored_volume, volume_proof
restored_volume.DEVICES = Path('${this.devices}')
${statements}
sys.exit(volume_proof.main('test'))`;
  }

  request(recoveryPoint = this.taken): Record<string, string> {
    return {
      TMPDIR: this.temporary,
      VOLUME,
      RESTORE_JOB: '7C3F-1',
      RECOVERY_POINT: recoveryPoint.toISOString(),
    };
  }

  /** Runs a proof as its unit does, in a mount namespace of its own. */
  prove(of: Case = {}): Ended {
    return this.withVolume(of, () => {
      const { status, stdout, stderr } = spawnSync(
        'unshare',
        ['--mount', '--propagation=slave', python, '-c', this.program(of.statements)],
        {
          cwd: this.cluster.bundle.path,
          encoding: 'utf8',
          env: {
            ...process.env,
            ...this.host.environment,
            ...this.cluster.environment,
            ...this.request(of.recoveryPoint),
            ...of.environment,
          },
        },
      );
      return { code: status, output: stdout + stderr, stdout };
    });
  }

  verdict(): string {
    return readFileSync(join(this.host.path, 'run/test.verdict'), 'utf8').trim();
  }

  lastReport(): { readonly key: string } & Report {
    const key = String(
      this.host
        .keys('audit')
        .filter((name) => name.endsWith('.json'))
        .at(-1),
    );
    return { key, ...REPORT.parse(JSON.parse(this.host.object('audit', key))) };
  }

  failures(): Record<string, string> {
    const failed = this.lastReport().findings.filter(({ passed }) => !passed);
    return Object.fromEntries(failed.map(({ check, details }) => [check, details]));
  }

  restoreMetrics(): Record<string, number> {
    return Object.fromEntries(
      this.host.metrics
        .flat()
        .filter(({ MetricName }) => /^(Restore|Attachments)/.test(MetricName))
        .map(({ MetricName, Value, Dimensions }) => [
          `${MetricName} ${Dimensions.map((dimension) => dimension.Value).join(' ')}`,
          Value,
        ]),
    );
  }
}
