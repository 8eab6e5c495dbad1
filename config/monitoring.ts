/** What is promised of an environment, and who hears when it is not kept. */
export interface Monitoring {
  /** Share of requests in business hours that are answered without an error of the server, in percent. */
  readonly availabilityPercent: number;
  /** Days and hours in UTC, for example `mon-fri 07:00-17:00`; `businessHoursOf` takes them apart. */
  readonly businessHours: string;
  /** Minutes between two runs of the canary; 0: there is none. */
  readonly canaryMinutes: number;
  /** USD of a month; 0: nobody hears. Absent: what follows from the plan, {@link budgetUsd}. */
  readonly budgetUsd?: number;
  /** `tag`: one of this environment is made. Otherwise the ARN of one that exists. Absent: none. */
  readonly costAnomalyMonitor?: string;
  /** Address of `docs/runbook.md`. Absent: it is named, not linked. */
  readonly runbookUrl?: string;
}

/** Share of the estimate that a month may cost beyond it: what the estimate leaves out, and a busy month. */
const BUDGET_MARGIN = 0.25;

/** USD that a month may cost before somebody hears of it: what the file says, or what follows from the estimate. */
export function budgetUsd({ budgetUsd: written }: Monitoring, estimatedUsd: number): number {
  return written ?? Math.ceil(estimatedUsd * (1 + BUDGET_MARGIN));
}
