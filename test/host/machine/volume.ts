import { existsSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { run, succeed } from './shell.ts';

/** Id of the data volume, as the launch template names it. */
export const VOLUME_ID = 'vol-0123456789abcdef0';

const MIB = 1024 * 1024;

/** An EBS volume: a loop device over a sparse file, which outlives machines. */
export class Volume {
  readonly id: string;
  readonly device: string;
  /** Id of the instance that has it, which EC2 gives to no other one. */
  holder?: string;
  private readonly file: string;

  private constructor(id: string, file: string, device: string) {
    this.id = id;
    this.file = file;
    this.device = device;
  }

  /** The data volume, blank. */
  static async create(file: string, sizeMiB: number): Promise<Volume> {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
    truncateSync(file, sizeMiB * MIB);
    return Volume.over(VOLUME_ID, file);
  }

  /** Name that the host looks for, which udev makes of the id on EC2. */
  get link(): string {
    return `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${this.id.replace('-', '')}`;
  }

  /** What AWS Backup restores from a snapshot of this moment: every byte of this volume, under an id of its own. */
  async restored(id: string): Promise<Volume> {
    const file = `${this.file}-${id}`;
    await Volume.destroy(file);
    await succeed('sync', []);
    await succeed('cp', ['--sparse=always', this.file, file]);
    return Volume.over(id, file);
  }

  async delete(): Promise<void> {
    await Volume.destroy(this.file);
  }

  /** Takes apart the volume over a file, also one of another process. */
  static async destroy(file: string): Promise<void> {
    if (!existsSync(file)) return;
    const { stdout } = await run('losetup', ['--associated', file, '--noheadings', '--output', 'NAME']);
    for (const device of stdout.split('\n').filter(Boolean)) await succeed('losetup', ['--detach', device]);
    rmSync(file);
  }

  private static async over(id: string, file: string): Promise<Volume> {
    return new Volume(id, file, (await succeed('losetup', ['--find', '--show', file])).trim());
  }

  /** As `modify-volume`: the device is larger at once, and who uses it has to notice. */
  async grow(sizeMiB: number): Promise<void> {
    truncateSync(this.file, sizeMiB * MIB);
    await succeed('losetup', ['--set-capacity', this.device]);
  }
}
