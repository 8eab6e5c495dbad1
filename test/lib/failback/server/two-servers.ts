import type { Side } from '../../../../constructs/edge/dns-record.ts';
import type { FailbackJournal } from '../../../../lib/failback/journal.ts';
import type { CopiedBackups, ServerCloud } from '../../../../lib/failback/server/cloud.ts';
import type { Fence, FenceNote, FenceRegion } from '../../../../lib/failover/fence.ts';
import type { HandedOver, ServerStatus, StackPurpose } from '../../../../lib/growth/cloud.ts';
import type { FilestoreCopyResult } from '../../../../lib/staging/filestore-copy.ts';
import type { JournalStore } from '../../../../lib/steps/work.ts';
import { Mortal } from '../../../support/mortal.ts';

const MARK = 'handed-over.json';
const DATABASE = 'pgbackrest/backup.info';

/** What somebody entered: a row, and an attachment of the same name. */
type Entries = readonly string[];

/** Outlives its server, and its stack. */
interface Volume {
  entries: Entries;
  handedOver: boolean;
}

/** One Region: a server at most, its volume, and its buckets. */
class Site {
  readonly stacks = new Set<StackPurpose>();
  /** Of the backup bucket, by whole keys. */
  readonly backups = new Map<string, string>();
  readonly files = new Set<string>();
  /** Volumes of stacks that are gone are kept. */
  readonly kept: Volume[] = [];
  volume?: Volume;
  instances = 0;
  private readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  get serves(): boolean {
    return this.instances > 0 && this.volume?.handedOver === false;
  }

  enter(entry: string): void {
    if (this.volume === undefined || !this.serves) throw new Error('nobody can work here');
    this.volume.entries = [...this.volume.entries, entry];
  }

  /** As the jobs of a server leave it. */
  backUp(): void {
    const { entries = [] } = this.volume ?? {};
    this.backups.set(this.prefix + DATABASE, JSON.stringify(entries));
    for (const entry of entries) this.files.add(entry);
  }

  /** With a blank volume, from the backups (blank.py). */
  launch(): void {
    const backup = this.backups.get(this.prefix + DATABASE);
    if (backup === undefined && this.files.size > 0) throw new Error('attachments, but no backup: no signal');
    const entries: Entries = JSON.parse(backup ?? '[]');
    const absent = entries.filter((entry) => !this.files.has(entry));
    if (absent.length > 0) throw new Error(`not in the bucket: ${absent.join()}`);
    this.volume = { entries, handedOver: this.backups.has(this.prefix + MARK) };
    this.instances = 1;
  }

  remove(purpose: StackPurpose): void {
    this.stacks.delete(purpose);
    if (purpose !== 'Server') return;
    this.instances = 0;
    if (this.volume !== undefined) this.kept.push(this.volume);
    this.volume = undefined;
  }

  /** Keys below a prefix. */
  keys(prefix: string): readonly string[] {
    return [...this.backups.keys()].filter((key) => key.startsWith(prefix));
  }
}

const STACKS: readonly StackPurpose[] = ['Network', 'Data', 'Server', 'Backup', 'Dns', 'Operations'];

/**
 * A single server that was brought back, and what was left of it at home; as CloudFormation, S3 and the servers themselves
 * treat them. A guard comes into being only with a server that was provisioned, as in the stack.
 */
export class TwoServers extends Mortal<Side> implements ServerCloud, JournalStore<FailbackJournal> {
  readonly home = new Site('server/');
  readonly away = new Site('recovered/');
  readonly fails = new Map<string, string>();
  note?: FenceNote;
  backupAges: ServerStatus['backupAges'] = { database: 60, filestore: 60, dump: 60 };
  standing?: Fence = { fencedAt: new Date('2026-11-30T10:00:00Z') };
  /** Milliseconds; a second passes between two looks at it. */
  private clock = Date.now();
  private journal?: string;

  constructor() {
    super();
    for (const purpose of STACKS) for (const site of this.sites) site.stacks.add(purpose);
    this.home.volume = { entries: ['old', 'never copied'], handedOver: false };
    this.home.backUp();
    this.home.backups.set('server/dumps/1', 'a dump');
    this.away.volume = { entries: ['old', 'entered away'], handedOver: false };
    this.away.instances = 1;
    this.away.backUp();
    this.away.backups.set('recovered/dumps/2', 'a dump');
    this.guard();
  }

  now(): Date {
    this.clock += 1000;
    return new Date(this.clock);
  }

  get sites(): readonly Site[] {
    return [this.home, this.away];
  }

  /** Whose record Route 53 answers with: the recovery Region's, for as long as there is one. */
  get dns(): Side | undefined {
    if (this.away.stacks.has('Dns')) return 'recovery';
    return this.home.stacks.has('Dns') ? 'primary' : undefined;
  }

  async serving(): Promise<readonly Side[]> {
    return [
      ...(this.home.serves ? (['primary'] as const) : []),
      ...(this.away.serves ? (['recovery'] as const) : []),
    ];
  }

  async read(): Promise<FailbackJournal | undefined> {
    return this.journal === undefined ? undefined : JSON.parse(this.journal);
  }

  async write(journal: FailbackJournal): Promise<void> {
    this.journal = JSON.stringify(journal);
  }

  async account(): Promise<string> {
    return '111122223333';
  }

  async stackStatus(side: Side, purpose: StackPurpose): Promise<string | undefined> {
    return this.site(side).stacks.has(purpose) ? 'UPDATE_COMPLETE' : undefined;
  }

  async probe(side: Side): Promise<string | undefined> {
    return this.fails.get(`probe ${side}`) ?? (this.site(side).serves ? undefined : 'nobody answers');
  }

  async fence(): Promise<FenceRegion> {
    return {
      fence: async () => this.standing,
      note: async () => this.note,
      setFence: (fence) => this.act('fence', async () => void (this.standing = fence)),
      removeFence: () => this.act('lift', async () => void (this.standing = undefined)),
      isRecovered: async () => true,
    };
  }

  copyAttachments(): Promise<FilestoreCopyResult> {
    return this.act('attachments', async () => {
      for (const file of this.away.files) this.home.files.add(file);
      return { copied: 1, copiedBytes: 1, restored: 0, present: 0 };
    });
  }

  async serverStatus(side: Side): Promise<ServerStatus> {
    const { volume } = this.site(side);
    if (volume === undefined) throw new Error('there is no server');
    const { entries, handedOver } = volume;
    const { backupAges } = this;
    return {
      databaseBytes: 1e9,
      base: '19.0.1.3',
      files: entries.length,
      fileBytes: 1,
      backupAges,
      handedOver,
    };
  }

  handOver(): Promise<HandedOver> {
    return this.act('hand over', async () => {
      const { volume } = this.away;
      if (volume === undefined) throw new Error('there is no server');
      volume.handedOver = true;
      this.away.backups.set(`recovered/${MARK}`, '{}');
      this.away.backUp();
      return {
        dump: 'recovered/dumps/3',
        dumpBytes: 1,
        manifest: 'recovered/handover/3.json',
        seconds: { copyBefore: 1, stop: 1, save: 1 },
      };
    });
  }

  takeBack(): Promise<void> {
    return this.act('take back', async () => {
      if (this.away.volume === undefined) throw new Error('there is no server');
      this.away.backups.delete(`recovered/${MARK}`);
      this.away.volume.handedOver = false;
    });
  }

  silenceHome(): Promise<void> {
    return this.act('silence', async () => void this.home.backups.set(`server/${MARK}`, '{}'));
  }

  unsilenceHome(): Promise<void> {
    return this.act('unsilence', async () => void this.home.backups.delete(`server/${MARK}`));
  }

  stopHome(): Promise<void> {
    return this.act('stop', async () => void (this.home.instances = 0));
  }

  deployHome(purposes: readonly StackPurpose[]): Promise<void> {
    return this.act(`deploy ${purposes.join(' ')}`, async () => {
      const failure = this.fails.get(`deploy ${purposes.join(' ')}`);
      if (failure !== undefined) throw new Error(failure);
      for (const purpose of purposes) {
        if (purpose === 'Server' && !this.home.stacks.has('Server')) this.home.launch();
        this.home.stacks.add(purpose);
      }
      // What somebody could work with by then, before there is a guard.
      if ((await this.serving()).length > 1) this.wrong.push('two of them serve during a deployment');
      this.guard();
    });
  }

  deleteHome(purpose: StackPurpose): Promise<void> {
    return this.act(`delete home ${purpose}`, async () => this.home.remove(purpose));
  }

  setHomeBackupsAside(prefix: string): Promise<number> {
    return this.act('set aside', async () => this.move(this.home, 'server/', prefix, MARK));
  }

  bringBackupsHome(): Promise<CopiedBackups> {
    return this.act('backups', async () => {
      const keys = this.away.keys('recovered/').filter((key) => key !== `recovered/${MARK}`);
      for (const [index, key] of keys.entries()) {
        if (index === 1) this.die('during backups');
        this.home.backups.set(key.replace('recovered/', 'server/'), this.away.backups.get(key) ?? '');
      }
      return { objects: keys.length, bytes: 1 };
    });
  }

  setRecoveredBackupsAside(prefix: string): Promise<number> {
    return this.act('set recovered aside', async () => this.move(this.away, 'recovered/', prefix));
  }

  deployRecovered(purpose: StackPurpose): Promise<void> {
    return this.act(`deploy away ${purpose}`, async () => void this.away.stacks.add(purpose));
  }

  deleteRecovered(purpose: StackPurpose): Promise<void> {
    return this.act(`delete away ${purpose}`, async () => this.away.remove(purpose));
  }

  /** Each minute, where there is one: stops what is fenced, and starts only what it had stopped. */
  guard(): void {
    if (!this.home.stacks.has('Server')) return;
    if (this.standing !== undefined) {
      this.home.instances = 0;
      this.note = { ...this.standing, seenAt: this.now(), running: 0 };
    } else if (this.note !== undefined) {
      this.home.instances = 1;
      this.note = undefined;
    }
  }

  private site(side: Side): Site {
    return side === 'primary' ? this.home : this.away;
  }

  private move(site: Site, from: string, to: string, except = 'nothing'): number {
    const keys = site.keys(from).filter((key) => key !== from + except);
    for (const [index, key] of keys.entries()) {
      if (index === 1) this.die(`during ${this.calls.at(-1)}`);
      const target = key.replace(from, to);
      if (site.backups.has(target)) this.wrong.push(`${target} is written twice`);
      site.backups.set(target, site.backups.get(key) ?? '');
      site.backups.delete(key);
    }
    return keys.length;
  }
}
