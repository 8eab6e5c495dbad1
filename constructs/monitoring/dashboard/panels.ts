/** What somebody asks who opens the dashboard, from above to below. */
export type Question = 'Is it up?' | 'Is it fast?' | 'Is it full?' | 'Is it safe?';

export const QUESTIONS: readonly Question[] = ['Is it up?', 'Is it fast?', 'Is it full?', 'Is it safe?'];

/** A graph of the dashboard. The alarms that name it are its lines and its limits. */
export interface Panel {
  readonly question: Question;
  /** With the unit. */
  readonly title: string;
  /**
   * What values are divided by, so that people can read them.
   *
   * @default 1
   */
  readonly divisor?: number;
  /**
   * Where the axis ends, in what is shown.
   *
   * @default - where the values do
   */
  readonly most?: number;
}

const GIB = 1024 ** 3;
const HOUR = 3_600;
const DAY = 86_400;

/** Every graph that a dashboard may have; one without an alarm is left out. */
export const PANELS = {
  tasks: { question: 'Is it up?', title: 'Tasks that run' },
  targets: { question: 'Is it up?', title: 'Tasks as the load balancer sees them' },
  odoo: { question: 'Is it up?', title: 'Odoo says that it is well', most: 1 },
  server: { question: 'Is it up?', title: 'Checks of the server that fail', most: 1 },
  errors: { question: 'Is it up?', title: 'Failed requests, %' },
  responseTime: { question: 'Is it fast?', title: 'Response time, seconds' },
  cpu: { question: 'Is it fast?', title: 'CPU, %', most: 100 },
  memory: { question: 'Is it full?', title: 'Memory in use, %', most: 100 },
  disk: { question: 'Is it full?', title: 'Disks in use, %', most: 100 },
  storage: { question: 'Is it full?', title: 'Free storage of the database, GiB', divisor: GIB },
  daysToFull: { question: 'Is it full?', title: 'Days until the storage is full' },
  databaseMemory: { question: 'Is it full?', title: 'Free memory of the database, GiB', divisor: GIB },
  connections: { question: 'Is it full?', title: 'Connections to the database' },
  proof: { question: 'Is it safe?', title: 'Last proven restore, days ago', divisor: DAY },
  backups: { question: 'Is it safe?', title: 'Last backup, hours ago', divisor: HOUR },
  unsaved: { question: 'Is it safe?', title: 'What is in no backup yet, minutes old', divisor: 60 },
  certificate: { question: 'Is it safe?', title: 'Days until the certificate expires' },
  blocked: { question: 'Is it safe?', title: 'Requests that the firewall blocks, %' },
} as const satisfies Readonly<Record<string, Panel>>;

export type PanelName = keyof typeof PANELS;
