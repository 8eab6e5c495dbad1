import { aws_cloudwatch as cloudwatch } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { type DescribedAlarm, OdooAlarm } from '../odoo-alarm.ts';
import { graphOf } from './graph.ts';
import { type Panel, PANELS, QUESTIONS } from './panels.ts';

/** Columns that CloudWatch divides a dashboard into. */
const COLUMNS = 24;

/** Rows of a graph. Four of them and the alarms fill a screen of 1080 lines. */
const GRAPH_ROWS = 4;

const QUESTION_COLUMNS = 2;

export interface OdooDashboardProps {
  /** Unique in the account, whatever the Region. */
  readonly name: string;
  /** What is above everything: which environment this is, and where its runbook is. Markdown. */
  readonly heading: string;
  readonly alarms: readonly DescribedAlarm[];
}

/**
 * One page about an environment, made of its alarms: each alarm as a light, and below, question by question, the metrics that they
 * watch with the limits at which they ring. An alarm that names a panel is in it; there is no list of metrics beside that of the
 * alarms. USD 3 a month, after the first three of an account.
 */
export class OdooDashboard extends Construct {
  readonly dashboardName: string;

  private readonly dashboard: cloudwatch.Dashboard;

  constructor(scope: Construct, id: string, { name, heading, alarms }: OdooDashboardProps) {
    super(scope, id);
    this.dashboardName = name;
    this.dashboard = new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName: name,
      start: '-P1D',
      periodOverride: cloudwatch.PeriodOverride.AUTO,
    });
    this.dashboard.addWidgets(
      new cloudwatch.TextWidget({ markdown: heading, width: COLUMNS, height: 1, background: TRANSPARENT }),
    );
    this.dashboard.addWidgets(
      new cloudwatch.AlarmStatusWidget({
        title: 'What rings',
        alarms: alarms.map(({ alarm }) => alarm),
        sortBy: cloudwatch.AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
        width: COLUMNS,
        height: lightRows(alarms.length),
      }),
    );
    const measured = alarms.filter((alarm) => alarm instanceof OdooAlarm);
    for (const question of QUESTIONS) this.addRow(question, panelsOf(question, measured));
  }

  private addRow(question: string, panels: readonly FilledPanel[]): void {
    if (panels.length === 0) return;
    const space = COLUMNS - QUESTION_COLUMNS;
    const edgeOf = (index: number) => Math.round((index * space) / panels.length);
    this.dashboard.addWidgets(
      new cloudwatch.TextWidget({
        markdown: `### ${question}`,
        width: QUESTION_COLUMNS,
        height: GRAPH_ROWS,
        background: TRANSPARENT,
      }),
      ...panels.map(({ panel, alarms }, index) =>
        graphOf(panel, alarms, { width: edgeOf(index + 1) - edgeOf(index), height: GRAPH_ROWS }),
      ),
    );
  }
}

const TRANSPARENT = cloudwatch.TextWidgetBackground.TRANSPARENT;

interface FilledPanel {
  readonly panel: Panel;
  readonly alarms: readonly OdooAlarm[];
}

function panelsOf(question: string, alarms: readonly OdooAlarm[]): readonly FilledPanel[] {
  return Object.entries(PANELS)
    .filter(([, panel]) => panel.question === question)
    .map(([name, panel]) => ({ panel, alarms: alarms.filter((alarm) => alarm.panel === name) }))
    .filter((filled) => filled.alarms.length > 0);
}

/** Eight lights stand side by side, five of them above each other in two rows, below a heading. */
function lightRows(alarms: number): number {
  return 1 + Math.ceil(alarms / 8 / 2.5);
}
