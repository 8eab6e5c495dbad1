import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../../../config/environment.ts';
import { cdkDeploy } from '../../cdk-deploy.ts';
import type { Received } from '../../release/job-report.ts';
import { ReleaseExecutions } from '../../release/release-executions.ts';
import type { GrowthCloud, HandedOver, ReceiveRequest, ServerStatus, StackPurpose } from '../cloud.ts';
import { GrowthProblem } from '../growth.ts';
import { BackupBucket } from './backup-bucket.ts';
import { ReceivingJob } from './database-job.ts';
import { probeService } from './load-balancer.ts';
import { RunningServer } from './server.ts';
import { EnvironmentStacks } from './stacks.ts';

/** An environment's account, with the credentials of whoever runs the command. */
export class AwsCloud implements GrowthCloud {
  /** Where the journal is. */
  readonly bucket: BackupBucket;
  private readonly environment: Environment;
  private readonly stacks: EnvironmentStacks;
  private readonly server: RunningServer;
  private readonly job: ReceivingJob;

  /** @param pause between two looks at what AWS does in its own time, milliseconds */
  constructor(environment: Environment, pause: (milliseconds: number) => Promise<unknown> = sleep) {
    const { name, region } = environment;
    this.environment = environment;
    this.stacks = new EnvironmentStacks(name, region);
    this.bucket = new BackupBucket(this.stacks, region);
    this.server = new RunningServer({
      stacks: this.stacks,
      region,
      purpose: 'npm run grow',
      again: 'grow again',
      Problem: GrowthProblem,
      pause,
    });
    this.job = new ReceivingJob(this.stacks, new ReleaseExecutions(region, pause), pause);
  }

  stackStatus(purpose: StackPurpose): Promise<string | undefined> {
    return this.stacks.status(purpose);
  }

  async deploy(purposes: readonly StackPurpose[]): Promise<void> {
    const names = purposes.map((purpose) => this.stacks.nameOf(purpose));
    const code = await cdkDeploy(names, { env: this.environment.name });
    if (code !== 0) {
      throw new GrowthProblem(
        `cdk deploy ${names.join(' ')} ended with exit code ${String(code)}: see above; mend it and grow again, or go back with --undo`,
      );
    }
  }

  deleteStack(purpose: StackPurpose): Promise<void> {
    return this.stacks.delete(purpose);
  }

  templateOf(purpose: StackPurpose): Promise<string> {
    return this.stacks.template(purpose);
  }

  restoreTemplate(purpose: StackPurpose, template: string): Promise<void> {
    return this.stacks.update(purpose, template);
  }

  newestDump(): Promise<string | undefined> {
    return this.bucket.newestDump();
  }

  serverStatus(): Promise<ServerStatus> {
    return this.server.status();
  }

  handOver(): Promise<HandedOver> {
    return this.server.handOver();
  }

  takeBack(): Promise<void> {
    return this.server.takeBack();
  }

  receive(request: ReceiveRequest): Promise<Received> {
    return this.job.receive(request);
  }

  withdraw(): Promise<void> {
    return this.job.withdraw();
  }

  probe(): Promise<string | undefined> {
    return probeService(this.environment, this.stacks);
  }

  snapshotDataVolume(): Promise<string> {
    return this.server.snapshot();
  }
}
