import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { budgetUsd } from '../../../config/monitoring.ts';
import { CostWatch, type CostWatchProps } from '../../../constructs/monitoring/cost-watch.ts';
import { environmentOf, production } from '../../support/environments.ts';
import { testStack } from '../../support/stack.ts';
import { recoveredTemplatesOf, resourcesOf, type Templates, templatesOf } from '../../support/templates.ts';

function templateOf(changes: Partial<CostWatchProps> = {}): Template {
  const stack = testStack();
  new CostWatch(stack, 'CostWatch', {
    environmentName: 'prod',
    email: 'odoo-alarms@example.com',
    budgetUsd: 1000,
    ...changes,
  });
  return Template.fromStack(stack);
}

function budgetsIn(templates: Templates): number {
  return resourcesOf(templates, 'AWS::Budgets::Budget').length;
}

describe('the budget', () => {
  it('counts what bears the tag of the environment, by the month', () => {
    templateOf().hasResourceProperties('AWS::Budgets::Budget', {
      Budget: {
        BudgetName: 'prod-warning-budget-exceeded',
        BudgetType: 'COST',
        TimeUnit: 'MONTHLY',
        BudgetLimit: { Amount: 1000, Unit: 'USD' },
        CostFilters: { TagKeyValue: ['user:odoo-aws:environment$prod'] },
      },
    });
  });

  it('is told of when a month has cost more, and when it is going to', () => {
    const budget = Object.values(templateOf().findResources('AWS::Budgets::Budget'))[0];
    const notifications = budget?.['Properties'].NotificationsWithSubscribers;
    expect(notifications).toHaveLength(2);
    for (const [index, type] of ['ACTUAL', 'FORECASTED'].entries()) {
      expect(notifications[index]).toEqual({
        Notification: {
          NotificationType: type,
          ComparisonOperator: 'GREATER_THAN',
          Threshold: 100,
          ThresholdType: 'PERCENTAGE',
        },
        Subscribers: [{ SubscriptionType: 'EMAIL', Address: 'odoo-alarms@example.com' }],
      });
    }
  });

  it('is not made where none is wanted', () => {
    templateOf({ budgetUsd: 0 }).resourceCountIs('AWS::Budgets::Budget', 0);
  });

  it('is made once, not beside itself in the recovery Region, and only where somebody hears of it', () => {
    const alarmEmail = 'odoo-alarms@example.com';
    expect(budgetsIn(templatesOf(environmentOf(10, { ...production, alarmEmail })))).toBe(1);
    expect(budgetsIn(recoveredTemplatesOf(environmentOf(10, { ...production, alarmEmail })))).toBe(0);
    expect(budgetsIn(templatesOf(environmentOf(10, production)))).toBe(0);
  });

  it('is a quarter more than the plan says, unless the file says how much', () => {
    const { monitoring } = environmentOf(40);
    expect(budgetUsd(monitoring, 736.71)).toBe(921);
    expect(budgetUsd({ ...monitoring, budgetUsd: 500 }, 736.71)).toBe(500);
    expect(budgetUsd({ ...monitoring, budgetUsd: 0 }, 736.71)).toBe(0);
  });
});

describe('cost anomalies', () => {
  const existing = 'arn:aws:ce::111122223333:anomalymonitor/0a1b2c3d-1111-2222-3333-444455556666';

  it('are not looked for unasked: an account has few monitors', () => {
    const template = templateOf();
    template.resourceCountIs('AWS::CE::AnomalyMonitor', 0);
    template.resourceCountIs('AWS::CE::AnomalySubscription', 0);
  });

  it('come from a monitor that exists', () => {
    const template = templateOf({ costAnomalyMonitor: existing });
    template.resourceCountIs('AWS::CE::AnomalyMonitor', 0);
    template.hasResourceProperties('AWS::CE::AnomalySubscription', {
      SubscriptionName: 'prod-warning-cost-anomaly',
      MonitorArnList: [existing],
      // What may be told by mail is told once a day.
      Frequency: 'DAILY',
      Subscribers: [{ Type: 'EMAIL', Address: 'odoo-alarms@example.com' }],
    });
  });

  it('come from a monitor of the tag of the environment, where that is wanted', () => {
    const template = templateOf({ costAnomalyMonitor: 'tag' });
    template.hasResourceProperties('AWS::CE::AnomalyMonitor', {
      MonitorType: 'CUSTOM',
      MonitorSpecification: JSON.stringify({ Tags: { Key: 'odoo-aws:environment', Values: ['prod'] } }),
    });
    template.hasResourceProperties('AWS::CE::AnomalySubscription', {
      MonitorArnList: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('Monitor'), 'MonitorArn'] }],
    });
  });

  it.each([
    { budgetUsd: 1000, impact: '100' },
    { budgetUsd: 40, impact: '10' },
    { budgetUsd: 0, impact: '10' },
  ])('are told of from $impact USD on where a month may cost $budgetUsd', ({ budgetUsd: budget, impact }) => {
    templateOf({ budgetUsd: budget, costAnomalyMonitor: existing }).hasResourceProperties(
      'AWS::CE::AnomalySubscription',
      {
        ThresholdExpression: JSON.stringify({
          Dimensions: {
            Key: 'ANOMALY_TOTAL_IMPACT_ABSOLUTE',
            MatchOptions: ['GREATER_THAN_OR_EQUAL'],
            Values: [impact],
          },
        }),
      },
    );
  });
});
