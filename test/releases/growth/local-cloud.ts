import type {
  GrowthCloud,
  HandedOver,
  ReceiveRequest,
  ServerStatus,
  StackPurpose,
} from '../../../lib/growth/cloud.ts';
import type { Journal } from '../../../lib/growth/journal.ts';
import type { Received } from '../../../lib/release/job-report.ts';
import type { JournalStore } from '../../../lib/steps/work.ts';
import type { NewSide } from './new-side.ts';
import type { Ended, OldServer } from './old-server.ts';

/** What the operator's machine dies of in a test. */
export class Crash extends Error {}

/** Where the record of the domain leads. */
const TO_SERVER = 'record of the server';
const TO_BALANCER = 'record of the load balancer';

/**
 * An account in which everything is real that holds data or changes it: the server's programs, the database job, both
 * databases, the filestore. What CloudFormation would do is noted.
 */
export class LocalCloud implements GrowthCloud, JournalStore<Journal> {
  /** Stacks that stand. */
  readonly stacks = new Set<StackPurpose>(['Network', 'Data', 'Server', 'Dns', 'Operations']);
  /** Calls in order. */
  readonly calls: string[] = [];
  dns = TO_SERVER;
  /** The call at which the operator's machine dies, before it has any effect or after all of it: `before handOver`. */
  crash?: string;
  /** Things that must never be, and were. */
  readonly wrong: string[] = [];
  probeProblem?: string;
  private journal?: string;
  private readonly old: OldServer;
  private readonly grown: NewSide;

  constructor(old: OldServer, grown: NewSide) {
    this.old = old;
    this.grown = grown;
  }

  get newSideServes(): boolean {
    return this.stacks.has('Service');
  }

  async read(): Promise<Journal | undefined> {
    return this.journal === undefined ? undefined : JSON.parse(this.journal);
  }

  async write(journal: Journal): Promise<void> {
    this.journal = JSON.stringify(journal);
  }

  async stackStatus(purpose: StackPurpose): Promise<string | undefined> {
    return this.stacks.has(purpose) ? 'UPDATE_COMPLETE' : undefined;
  }

  deploy(purposes: readonly StackPurpose[]): Promise<void> {
    return this.act(`deploy ${purposes.join(' ')}`, async () => {
      for (const purpose of purposes) this.stacks.add(purpose);
      if (purposes.includes('Dns')) this.dns = TO_BALANCER;
      if (purposes.includes('Service')) await this.release();
    });
  }

  deleteStack(purpose: StackPurpose): Promise<void> {
    return this.act(`delete ${purpose}`, async () => {
      this.stacks.delete(purpose);
    });
  }

  async templateOf(): Promise<string> {
    return this.dns;
  }

  restoreTemplate(purpose: StackPurpose, template: string): Promise<void> {
    return this.act(`restore ${purpose}`, async () => {
      this.dns = template;
    });
  }

  async newestDump(): Promise<string | undefined> {
    return this.old.host.keys('backups').findLast((key) => key.startsWith('server/dumps/'));
  }

  async serverStatus(): Promise<ServerStatus> {
    return JSON.parse(lastLine(await this.old.handOver('--status')));
  }

  handOver(): Promise<HandedOver> {
    return this.act('handOver', async (): Promise<HandedOver> =>
      JSON.parse(lastLine(await this.old.handOver())),
    );
  }

  takeBack(): Promise<void> {
    return this.act('takeBack', async () => {
      lastLine(await this.old.handOver('--take-back'));
    });
  }

  receive(request: ReceiveRequest): Promise<Received> {
    return this.act(request.commit ? 'receive' : 'rehearse', async () => {
      const { report, output } = await this.grown.receive(request);
      if (report?.outcome !== 'succeeded' || report.received === undefined) throw new Error(output);
      return report.received;
    });
  }

  withdraw(): Promise<void> {
    return this.act('withdraw', async () => {
      const { code, output } = await this.grown.withdraw();
      if (code !== 0) throw new Error(output);
    });
  }

  async probe(): Promise<string | undefined> {
    return this.probeProblem;
  }

  snapshotDataVolume(): Promise<string> {
    return this.act('snapshot', async () => 'snap-1');
  }

  /** What the deployment of the service does first, and what then starts. */
  private async release(): Promise<void> {
    const { code, output } = await this.grown.release();
    if (code !== 0) throw new Error(output);
  }

  private async act<T>(name: string, effect: () => Promise<T>): Promise<T> {
    this.die(`before ${name}`);
    this.calls.push(name);
    const result = await effect();
    if (this.old.serves && this.newSideServes) this.wrong.push(`two of them serve after ${name}`);
    this.die(`after ${name}`);
    return result;
  }

  private die(moment: string): void {
    if (this.crash !== moment) return;
    this.crash = undefined;
    throw new Crash(moment);
  }
}

function lastLine({ code, output }: Ended): string {
  if (code !== 0) throw new Error(output);
  return output.trim().split('\n').at(-1) ?? '';
}
