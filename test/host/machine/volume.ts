import { existsSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { run, succeed } from './shell.ts';

/** Id of the data volume, as the launch template names it. */
export const VOLUME_ID = 'vol-0123456789abcdef0';

/** Name that the host looks for, which udev makes of the id on EC2. */
export const VOLUME_LINK = `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${VOLUME_ID.replace('-', '')}`;

const MIB = 1024 * 1024;

/** The data volume: a loop device over a sparse file, which outlives machines as an EBS volume does. */
export class Volume {
  readonly device: string;
  /** Id of the instance that has it, which EC2 gives to no other one. */
  holder?: string;
  private readonly file: string;

  private constructor(file: string, device: string) {
    this.file = file;
    this.device = device;
  }

  static async create(file: string, sizeMiB: number): Promise<Volume> {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
    truncateSync(file, sizeMiB * MIB);
    return new Volume(file, (await succeed('losetup', ['--find', '--show', file])).trim());
  }

  /** Takes apart the volume over a file, also one of another process. */
  static async destroy(file: string): Promise<void> {
    if (!existsSync(file)) return;
    const { stdout } = await run('losetup', ['--associated', file, '--noheadings', '--output', 'NAME']);
    for (const device of stdout.split('\n').filter(Boolean)) await succeed('losetup', ['--detach', device]);
    rmSync(file);
  }

  /** As `modify-volume`: the device is larger at once, and who uses it has to notice. */
  async grow(sizeMiB: number): Promise<void> {
    truncateSync(this.file, sizeMiB * MIB);
    await succeed('losetup', ['--set-capacity', this.device]);
  }
}
