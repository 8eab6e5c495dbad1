import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  HANDED_OVER,
  RECOVERED_BACKUPS,
  SERVER_BACKUPS,
} from '../../../constructs/backup/backup-prefixes.ts';
import type { Side } from '../../../constructs/edge/dns-record.ts';
import { probe } from '../../growth/aws/probe.ts';
import { RunningServer } from '../../growth/aws/server.ts';
import type { HandedOver, ServerStatus, StackPurpose } from '../../growth/cloud.ts';
import { FailbackProblem } from '../failback.ts';
import type { CopiedBackups, ServerCloud } from '../server/cloud.ts';
import { AwsFailback, START_MS } from './aws-failback.ts';
import { type Below, copyBelow, moveBelow } from './objects-below.ts';
import { stopServer } from './server-group.ts';

/** Ends the last segment of the log, and waits until the archive has it: nothing else says that it has. */
const CHECK_ARCHIVE = 'runuser -u postgres -- pgbackrest --stanza=odoo check';

/** Without them there is nothing to begin with, whatever else was copied. */
const NEEDED = ['pgbackrest/archive/odoo/archive.info', 'pgbackrest/backup/odoo/backup.info'];

/** Two Regions with one server each, and their buckets. */
export class AwsServerFailback extends AwsFailback implements ServerCloud {
  async probe(side: Side): Promise<string | undefined> {
    return probe({
      address: await this.sides[side].stacks.resource('Server', 'AWS::EC2::EIP'),
      domain: this.environment.domain?.name,
      patienceMs: side === 'primary' ? START_MS : undefined,
    });
  }

  serverStatus(side: Side): Promise<ServerStatus> {
    return this.server(side).status();
  }

  async handOver(): Promise<HandedOver> {
    const server = this.server('recovery');
    const handedOver = await server.handOver();
    await server.run(CHECK_ARCHIVE);
    return handedOver;
  }

  takeBack(): Promise<void> {
    return this.server('recovery').takeBack();
  }

  async silenceHome(): Promise<void> {
    const { client, bucket, prefix } = await this.backupsOf('primary');
    // As a server writes it (handover.py): seconds.
    const Body = JSON.stringify({ since: Date.now() / 1000 });
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: prefix + HANDED_OVER, Body }));
  }

  async unsilenceHome(): Promise<void> {
    const { client, bucket, prefix } = await this.backupsOf('primary');
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: prefix + HANDED_OVER }));
  }

  stopHome(): Promise<void> {
    const { stacks, region } = this.sides.primary;
    return stopServer({ stacks, region, pause: this.pause });
  }

  async deployHome(purposes: readonly StackPurpose[]): Promise<void> {
    const { stacks } = this.sides.primary;
    for (const purpose of purposes) {
      // A creation that failed, and was taken back: CloudFormation updates no such stack, and one that is protected the CDK cannot remove.
      if (/^ROLLBACK_(COMPLETE|FAILED)$/.test((await stacks.status(purpose)) ?? '')) {
        await stacks.delete(purpose);
      }
    }
    await this.deploy(purposes.map((purpose) => stacks.nameOf(purpose)));
  }

  deleteHome(purpose: StackPurpose): Promise<void> {
    return this.sides.primary.stacks.delete(purpose);
  }

  async setHomeBackupsAside(prefix: string): Promise<number> {
    return moveBelow(await this.backupsOf('primary'), prefix, HANDED_OVER);
  }

  async bringBackupsHome(): Promise<CopiedBackups> {
    const [from, to] = await Promise.all([this.backupsOf('recovery'), this.backupsOf('primary')]);
    return copyBelow({ from, to, except: HANDED_OVER, needed: NEEDED });
  }

  async setRecoveredBackupsAside(prefix: string): Promise<number> {
    return moveBelow(await this.backupsOf('recovery'), prefix);
  }

  private server(side: Side): RunningServer {
    const { stacks, region } = this.sides[side];
    return new RunningServer({
      stacks,
      region,
      purpose: 'npm run failback',
      again: 'run failback again',
      Problem: FailbackProblem,
      pause: this.pause,
    });
  }

  private async backupsOf(side: Side): Promise<Below> {
    return {
      client: this.sides[side].s3,
      bucket: await this.sides[side].bucket('Backup'),
      prefix: side === 'primary' ? SERVER_BACKUPS : RECOVERED_BACKUPS,
    };
  }
}
