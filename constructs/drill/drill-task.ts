import { aws_ecs as ecs } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { readFileSync } from 'node:fs';
import type { Workflow } from '../../config/drill.ts';
import { packedPython, programParts } from '../database-job/database-job-files.ts';
import { DATABASE_NAME } from '../database/odoo-database.ts';
import { OdooTask } from '../odoo-service/odoo-task.ts';
import type { OdooTaskProps } from '../odoo-service/odoo-task-props.ts';
import {
  ODOO_MOUNTS,
  ODOO_OWNER,
  ODOO_PATHS,
  odooCommand,
  type ScratchDirectory,
} from '../odoo-service/task-layout.ts';
import type { DrillSpeaker } from './drill-functions-props.ts';

/** Where the drill's own programs are. */
const SCRATCH: ScratchDirectory = {
  name: 'drill',
  path: '/opt/drill',
  directories: [{ path: '/opt/drill', owner: '0:0', mode: '0755' }],
};
const PREPARE = `${SCRATCH.path}/prepare_drill.pyz`;
const CHECK = `${SCRATCH.path}/check_odoo.py`;

/** Of the database job: what neutralizes a copy, and knows who administers it. */
const PARTS = [
  'administrator.py',
  'databases.py',
  'image_modules.py',
  'job.py',
  'neutralization.py',
  'neutralized.py',
  'odoo_program.py',
  'system_parameters.py',
];

/** Nobody in a copy of production is called so. */
const LOGIN = 'recovery-drill@invalid';

/** Among the temporary files, which all containers see and which are gone with the task. */
const PASSWORD_FILE = '/tmp/drill-password';

/** Odoo on a database that RDS still loads from the backup reads its registry slowly. */
const START_SECONDS = 1800;

/** The database as the containers of the task find it. */
export interface DrillTaskDatabase {
  /**
   * Name, or directory of a socket.
   *
   * @default - known when the task is started
   */
  readonly host?: string;
  readonly port: string;
  /**
   * Whether that is a socket.
   *
   * @default false
   */
  readonly local?: boolean;
  /** What its host begins with: of no other database what is done to a copy is asked. */
  readonly hostPrefix: string;
  /**
   * Directories that are the task's own, for whatever reaches the database.
   *
   * @default - none
   */
  readonly directories?: readonly ScratchDirectory[];
  /**
   * File that is there once the database can be used.
   *
   * @default - it can be
   */
  readonly ready?: string;
}

export interface DrillTaskProps extends Omit<
  OdooTaskProps,
  'role' | 'database' | 'filestore' | 'sessions' | 'mail' | 'files'
> {
  readonly database: DrillTaskDatabase;
  /** What is read of the running Odoo. */
  readonly workflows: readonly Workflow[];
}

/**
 * The task of a drill: makes a restored copy harmless, starts Odoo on it and looks at that from inside. It ends by itself.
 *
 * Attachments and sessions are empty directories. No scheduled job runs, no mail server is configured, and nothing here gives the
 * task role a permission.
 */
export class DrillTask extends OdooTask {
  readonly checker: DrillSpeaker;

  private readonly mounts: readonly ecs.MountPoint[];

  constructor(scope: Construct, id: string, props: DrillTaskProps) {
    const { database, scratch = [] } = props;
    const { directories = [] } = database;
    super(scope, id, {
      ...props,
      // One user, who asks one thing after the other.
      role: { kind: 'web', workers: 1 },
      scratch: [SCRATCH, ...directories, ...scratch],
      files: [
        { path: PREPARE, owner: ODOO_OWNER, mode: '0400', bytes: packedPrepare() },
        { path: CHECK, owner: ODOO_OWNER, mode: '0400', bytes: Buffer.from(drillFile('check_odoo.py')) },
      ],
    });
    this.mounts = [...ODOO_MOUNTS, ...directories.map((directory) => mountOf(directory, { readOnly: true }))];
    const odoo = this.addOdoo(props, this.addPrepare(props));
    this.checker = speaker(this.addCheck(props, odoo));
  }

  private addPrepare({ database, version }: DrillTaskProps): ecs.ContainerDefinition {
    return this.addContainer('Prepare', {
      entryPoint: ['python3', '-u', PREPARE],
      command: [
        `--odoo-config=${ODOO_PATHS.configuration}`,
        `--host-prefix=${database.hostPrefix}`,
        ...(database.ready === undefined ? [] : [`--wait-for=${database.ready}`]),
        `--ca-bundle=${ODOO_PATHS.data}/.postgresql/root.crt`,
        `--odoo-version=${version}`,
        `--login=${LOGIN}`,
        `--password-file=${PASSWORD_FILE}`,
      ],
      mounts: [...this.mounts, PROGRAMS],
      essential: false,
    });
  }

  private addOdoo({ image }: DrillTaskProps, prepare: ecs.ContainerDefinition): ecs.ContainerDefinition {
    return this.addContainer('Odoo', {
      ...odooCommand('web', image.release),
      mounts: this.mounts,
      after: prepare,
    });
  }

  private addCheck({ workflows }: DrillTaskProps, odoo: ecs.ContainerDefinition): ecs.ContainerDefinition {
    const check = this.addContainer('Check', {
      entryPoint: ['python3', '-u', CHECK],
      command: [
        '--url=http://127.0.0.1:8069',
        `--database=${DATABASE_NAME}`,
        `--login=${LOGIN}`,
        `--password-file=${PASSWORD_FILE}`,
        `--wait-seconds=${START_SECONDS}`,
        `--workflows=${JSON.stringify(workflows)}`,
      ],
      mounts: [...ODOO_MOUNTS, PROGRAMS],
    });
    check.addContainerDependencies({ container: odoo, condition: ecs.ContainerDependencyCondition.START });
    return check;
  }
}

/** Where a container of a task says what it saw. */
export function speaker(container: ecs.ContainerDefinition): DrillSpeaker {
  const { containerName } = container;
  const prefix = container.logDriverConfig?.options?.['awslogs-stream-prefix'];
  return { container: containerName, logStreams: `${prefix}/${containerName}/` };
}

/** A scratch directory in a container. */
export function mountOf(
  { name, path }: ScratchDirectory,
  { readOnly }: { readonly readOnly: boolean },
): ecs.MountPoint {
  return { sourceVolume: name, containerPath: path, readOnly };
}

const PROGRAMS = mountOf(SCRATCH, { readOnly: true });

/** What prepares a copy, in one file. */
export function packedPrepare(): Uint8Array {
  return packedPython([{ name: '__main__.py', text: drillFile('prepare_drill.py') }, ...programParts(PARTS)]);
}

function drillFile(name: string): string {
  return readFileSync(new URL(`files/${name}`, import.meta.url), 'utf8');
}
