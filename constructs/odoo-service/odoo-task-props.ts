import type {
  aws_ecs as ecs,
  aws_logs as logs,
  aws_secretsmanager as secretsmanager,
  Duration,
} from 'aws-cdk-lib';
import type { CpuArchitecture, OdooVersion } from '../../config/environment.ts';
import type { OdooSettings } from '../../config/sizing/plan.ts';
import type { OdooDatabase } from '../database/odoo-database.ts';
import type { OutgoingMail } from '../mail/outgoing-mail.ts';
import type { OdooRole } from '../odoo-node/odoo-conf.ts';
import type { SharedDirectory } from '../shared/shared-directory.ts';
import type { OdooContainerImage } from './odoo-container-image.ts';
import type { ConfigurationFile, ScratchDirectory } from './task-layout.ts';

/** What all of an environment's Odoo tasks have in common, whatever they do. */
export interface OdooNode {
  readonly image: OdooContainerImage;
  readonly architecture: CpuArchitecture;
  /** Series of the Odoo in the image. */
  readonly version: OdooVersion;
  /** Whether Odoo leaves sessions alone that it cannot serve; see `odoo.sessionGuard` of the environment file. */
  readonly sessionGuard: boolean;
  /** Region of the database, whose root certificates are trusted. */
  readonly region: string;
  readonly database: OdooDatabase;
  /** Password of the role `odoo`. */
  readonly databasePassword: secretsmanager.ISecret;
  /** Odoo's master password. The database manager is off; without one, Odoo's default `admin` would be in force. */
  readonly masterPassword: secretsmanager.ISecret;
  readonly filestore: SharedDirectory;
  readonly sessions: SharedDirectory;
  /** Limits and pool sizes from the plan. */
  readonly limits: OdooSettings;
  /**
   * How Odoo sends mail.
   *
   * @default - not at all
   */
  readonly mail?: OutgoingMail;
  readonly logGroup: logs.ILogGroup;
}

export interface OdooTaskProps extends Omit<OdooNode, 'database' | 'filestore' | 'sessions'> {
  readonly database: {
    /**
     * @default - whoever runs the task says it to the container `Configure`, in the variable `DB_HOST`
     */
    readonly host?: string;
    readonly port: string;
    /**
     * Whether it is reached by a socket of the task, which needs no encryption, and no certificate to trust.
     *
     * @default false
     */
    readonly local?: boolean;
  };
  /**
   * @default - an empty directory that is lost with the task
   */
  readonly filestore?: SharedDirectory;
  /**
   * @default - as with the filestore
   */
  readonly sessions?: SharedDirectory;
  readonly role: OdooRole;
  readonly vcpu: number;
  readonly memoryMiB: number;
  /**
   * Disk of the task, 21 to 200 GiB.
   *
   * @default - the 20 GiB that every Fargate task has
   */
  readonly ephemeralStorageGiB?: number;
  /**
   * Scratch directories beside Odoo's own, for sidecars.
   *
   * @default - none
   */
  readonly scratch?: readonly ScratchDirectory[];
  /**
   * Files beside Odoo's own, in scratch directories.
   *
   * @default - none
   */
  readonly files?: readonly ConfigurationFile[];
}

/** A container of the task; defaults are those of a process that runs Odoo's code. */
export interface OdooTaskContainerProps {
  /**
   * Program and its fixed arguments, instead of the image's entry point, which would put the database password on the
   * command line.
   */
  readonly entryPoint: readonly string[];
  readonly command?: readonly string[];
  /**
   * @default - the environment's Odoo image
   */
  readonly image?: ecs.ContainerImage;
  /**
   * `uid:gid`.
   *
   * @default - {@link ODOO_OWNER}
   */
  readonly user?: string;
  /**
   * Volumes that the container sees: name, path and whether it only reads.
   *
   * @default - Odoo's configuration, data, filestore and sessions, and a directory for temporary files
   */
  readonly mounts?: readonly ecs.MountPoint[];
  /**
   * Secrets in the container's environment. Never for a process that runs Odoo: Odoo 19
   * lets the environment beat its configuration file.
   *
   * @default - none
   */
  readonly secrets?: Readonly<Record<string, ecs.Secret>>;
  /**
   * Whether the container may write outside of its volumes, as who installs packages has to.
   *
   * @default false
   */
  readonly writable?: boolean;
  /**
   * Container that has to end well before this one starts.
   *
   * @default - the one that writes the configuration
   */
  readonly after?: ecs.ContainerDefinition;
  /**
   * Whether the task ends with the container.
   *
   * @default true
   */
  readonly essential?: boolean;
  readonly healthCheck?: ecs.HealthCheck;
  readonly portMappings?: readonly ecs.PortMapping[];
  /**
   * Starts the container again where it is when it ends after a minute or more; the task is replaced when it ends
   * sooner.
   *
   * @default false
   */
  readonly restart?: boolean;
  /**
   * Time to end by itself once asked to. Fargate waits two minutes at most.
   *
   * @default Duration.seconds(120)
   */
  readonly stopTimeout?: Duration;
}
