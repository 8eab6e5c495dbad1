import type { Side } from '../../../constructs/edge/dns-record.ts';
import { allowDeletion, probeService } from '../../growth/aws/load-balancer.ts';
import type { ReceiveRequest, StackPurpose } from '../../growth/cloud.ts';
import type { DatabaseHandedOver, Received } from '../../release/job-report.ts';
import { runJob, runJobFor } from '../../release/job-run.ts';
import type { DumpKeys, HandOverRequest, ServiceCloud } from '../service/cloud.ts';
import { AwsFailback, START_MS } from './aws-failback.ts';
import { copyLarge } from './large-copy.ts';

/** Begins the names of executions. */
const PURPOSE = 'failback';

/** Two Regions with RDS, ECS and a load balancer each. */
export class AwsServiceFailback extends AwsFailback implements ServiceCloud {
  probe(side: Side): Promise<string | undefined> {
    const { region, stacks } = this.sides[side];
    return probeService({ ...this.environment, region }, stacks, side === 'primary' ? START_MS : undefined);
  }

  handOver(request: HandOverRequest): Promise<DatabaseHandedOver> {
    return this.sides.recovery.withJob((place) =>
      runJobFor(place, PURPOSE, { kind: 'hand-over', ...request }, ({ handedOver }) => handedOver),
    );
  }

  async takeBack(): Promise<void> {
    await this.sides.recovery.withJob((place) => runJob(place, PURPOSE, { kind: 'take-back' }));
  }

  async copyDump({ dump, manifest }: DumpKeys): Promise<void> {
    const { primary, recovery } = this.sides;
    const [from, to] = await Promise.all([recovery.bucket('Backup'), primary.bucket('Backup')]);
    for (const key of [dump, manifest]) {
      await copyLarge({
        from: { client: recovery.s3, bucket: from },
        to: { client: primary.s3, bucket: to },
        key,
      });
    }
  }

  receive(request: ReceiveRequest): Promise<Received> {
    return this.sides.primary.withJob((place) =>
      runJobFor(place, PURPOSE, { kind: 'receive', ...request }, ({ received }) => received),
    );
  }

  async release(): Promise<void> {
    await this.sides.primary.withJob((place) => runJob(place, PURPOSE, { kind: 'release' }));
  }

  override async deleteRecovered(purpose: StackPurpose): Promise<void> {
    const { region, stacks } = this.sides.recovery;
    // CloudFormation cannot delete what is protected by itself.
    if (purpose === 'Edge') await allowDeletion(region, stacks);
    await super.deleteRecovered(purpose);
  }
}
