import { aws_budgets as budgets, aws_ce as ce } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** Tag of every resource of an environment, in `OdooStack`. */
const ENVIRONMENT_TAG = 'odoo-aws:environment';

export interface CostWatchProps {
  readonly environmentName: string;
  /** Who hears. Not the topic: two more services would have to be let into it and its key, for messages that are mails. */
  readonly email: string;
  /** USD of a month; 0: there is no budget. */
  readonly budgetUsd: number;
  /**
   * `tag`, or the ARN of a monitor that exists.
   *
   * @default - anomalies are not looked for
   */
  readonly costAnomalyMonitor?: string;
}

/**
 * Mails about what is spent: a month that costs more than its budget or is going to, and spending that is unlike what it was.
 * AWS counts both by the tag of the environment in all Regions, once that is activated as cost allocation tag, and says nothing
 * until then. Both are of the account, not of a Region, and cost nothing.
 */
export class CostWatch extends Construct {
  constructor(scope: Construct, id: string, props: CostWatchProps) {
    super(scope, id);
    if (props.budgetUsd > 0) this.defineBudget(props);
    if (props.costAnomalyMonitor !== undefined) this.subscribe(props, props.costAnomalyMonitor);
  }

  private defineBudget({ environmentName, email, budgetUsd }: CostWatchProps): void {
    new budgets.CfnBudget(this, 'Budget', {
      budget: {
        // The mail has no other place for the heading of its section in the runbook.
        budgetName: `${environmentName}-warning-budget-exceeded`,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: budgetUsd, unit: 'USD' },
        costFilters: { TagKeyValue: [`user:${ENVIRONMENT_TAG}$${environmentName}`] },
      },
      notificationsWithSubscribers: ['ACTUAL', 'FORECASTED'].map((notificationType) => ({
        notification: {
          notificationType,
          comparisonOperator: 'GREATER_THAN',
          threshold: 100,
          thresholdType: 'PERCENTAGE',
        },
        subscribers: [{ subscriptionType: 'EMAIL', address: email }],
      })),
    });
  }

  private subscribe(props: CostWatchProps, monitor: string): void {
    const { environmentName, email, budgetUsd } = props;
    new ce.CfnAnomalySubscription(this, 'Subscription', {
      subscriptionName: `${environmentName}-warning-cost-anomaly`,
      monitorArnList: [monitor === 'tag' ? this.defineMonitor(environmentName) : monitor],
      frequency: 'DAILY',
      subscribers: [{ type: 'EMAIL', address: email }],
      thresholdExpression: JSON.stringify({
        Dimensions: {
          Key: 'ANOMALY_TOTAL_IMPACT_ABSOLUTE',
          MatchOptions: ['GREATER_THAN_OR_EQUAL'],
          // A tenth of a month: less is not worth a look.
          Values: [`${Math.max(10, Math.round(budgetUsd / 10))}`],
        },
      }),
    });
  }

  private defineMonitor(environmentName: string): string {
    const monitor = new ce.CfnAnomalyMonitor(this, 'Monitor', {
      monitorName: `odoo-${environmentName}`,
      monitorType: 'CUSTOM',
      monitorSpecification: JSON.stringify({ Tags: { Key: ENVIRONMENT_TAG, Values: [environmentName] } }),
    });
    return monitor.attrMonitorArn;
  }
}
