import { setInterval } from 'node:timers';
import type { Clients } from '../../../constructs/recovery/watch-copies.lambda/copied-until.mjs';

/** Milliseconds: CloudWatch's minute, and how often S3 looks. */
const PERIOD = 300;
const SAMPLE = 20;

/**
 * S3's metric of a replica, as CloudWatch has it: by period, the most that the replica was behind. A value is published some time
 * after its period. It goes on when nothing comes any more, and says that nothing is behind.
 */
export class ReplicationLatency {
  private readonly most = new Map<number, number>();
  private readonly timer: NodeJS.Timeout;
  private readonly publishedAfter: number;

  /**
   * @param behind - seconds, now.
   * @param publishedAfter - milliseconds.
   */
  constructor(behind: () => number, publishedAfter: number) {
    this.publishedAfter = publishedAfter;
    this.timer = setInterval(() => {
      const period = Math.floor(Date.now() / PERIOD) * PERIOD;
      this.most.set(period, Math.max(this.most.get(period) ?? 0, behind()));
    }, SAMPLE);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  get client(): Clients['cloudWatch'] {
    return {
      listMetrics: async () => ({ Metrics: [{ MetricName: 'ReplicationLatency' }] }),
      getMetricData: async () => {
        const published = Date.now() - PERIOD - this.publishedAfter;
        const newestFirst = [...this.most].filter(([period]) => period <= published).toReversed();
        return {
          MetricDataResults: [
            {
              Timestamps: newestFirst.map(([period]) => new Date(period)),
              Values: newestFirst.map(([, behind]) => behind),
            },
          ],
        };
      },
    };
  }
}
