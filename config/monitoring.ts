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
