import {
  aws_ecs as ecs,
  type aws_logs as logs,
  type aws_secretsmanager as secretsmanager,
  Duration,
  Size,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { CpuArchitecture, OdooVersion } from '../../config/environment.ts';
import type { OdooSettings } from '../../config/sizing/plan.ts';
import type { OdooDatabase } from '../database/odoo-database.ts';
import type { OutgoingMail } from '../mail/outgoing-mail.ts';
import { LOG_EVENT_START } from '../odoo-node/log-events.ts';
import type { OdooRole } from '../odoo-node/odoo-conf.ts';
import type { SharedDirectory } from '../shared/shared-directory.ts';
import { configureContainer } from './node-configuration.ts';
import type { OdooContainerImage } from './odoo-container-image.ts';
import {
  ODOO_MOUNTS,
  ODOO_OWNER,
  ODOO_SCRATCH,
  SYSTEM_CONTROLS,
  type ConfigurationFile,
  type ScratchDirectory,
} from './task-layout.ts';

export { ODOO_PATHS } from './task-layout.ts';

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

export interface OdooTaskProps extends OdooNode {
  readonly role: OdooRole;
  readonly vcpu: number;
  readonly memoryMiB: number;
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

/**
 * Task definition of anything that runs Odoo's code: web node, scheduled jobs, database job.
 *
 * Every container has a read-only root file system and no privileges. One more, `Configure`, runs first as root: it
 * gives the scratch directories their owners and writes the configuration, which is the only place where secrets and
 * configuration meet. No other container of a running Odoo has a secret in its environment.
 *
 * The configuration travels as arguments of that container: a few kilobytes that `cdk diff` shows, far under the
 * 64 KiB of a task definition, and no download that could fail when a node starts.
 */
export class OdooTask extends Construct {
  readonly definition: ecs.FargateTaskDefinition;

  private readonly configure: ecs.ContainerDefinition;
  private readonly props: OdooTaskProps;

  constructor(scope: Construct, id: string, props: OdooTaskProps) {
    super(scope, id);
    this.props = props;
    this.definition = this.defineTask();
    this.addVolumes();
    this.configure = this.addConfigure();
  }

  /** Adds a container that starts once the configuration is written. The first one added is the task's main one. */
  addContainer(id: string, container: OdooTaskContainerProps): ecs.ContainerDefinition {
    const definition = this.define(id, { ...container, essential: true });
    definition.addContainerDependencies({
      container: this.configure,
      condition: ecs.ContainerDependencyCondition.SUCCESS,
    });
    return definition;
  }

  private defineTask(): ecs.FargateTaskDefinition {
    const { vcpu, memoryMiB, architecture } = this.props;
    return new ecs.FargateTaskDefinition(this, 'Definition', {
      cpu: vcpu * 1024,
      memoryLimitMiB: memoryMiB,
      runtimePlatform: {
        cpuArchitecture: architecture === 'arm64' ? ecs.CpuArchitecture.ARM64 : ecs.CpuArchitecture.X86_64,
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
      },
    });
  }

  private addVolumes(): void {
    for (const { name } of this.scratch) {
      this.definition.addVolume({ name });
    }
    this.props.filestore.addVolumeTo(this.definition, 'filestore');
    this.props.sessions.addVolumeTo(this.definition, 'sessions');
  }

  private get scratch(): readonly ScratchDirectory[] {
    return [...ODOO_SCRATCH, ...(this.props.scratch ?? [])];
  }

  private addConfigure(): ecs.ContainerDefinition {
    return this.define('Configure', {
      ...configureContainer(this.props, this.scratch),
      essential: false,
      systemControls: SYSTEM_CONTROLS,
      // The owner of a volume can only be changed by root; the container has no network port and ends in a second.
      user: '0:0',
    });
  }

  private define(
    id: string,
    container: OdooTaskContainerProps & {
      readonly essential: boolean;
      readonly systemControls?: readonly ecs.SystemControl[];
    },
  ): ecs.ContainerDefinition {
    const linuxParameters = new ecs.LinuxParameters(this, `${id}Linux`, {
      // Reaps what Odoo leaves behind (PDF rendering) and hands signals on, which process 1 would ignore.
      initProcessEnabled: true,
    });
    if (container.user !== '0:0') linuxParameters.dropCapabilities(ecs.Capability.ALL);
    const definition = this.definition.addContainer(id, {
      image: container.image ?? this.props.image.image,
      user: container.user ?? ODOO_OWNER,
      essential: container.essential,
      entryPoint: [...container.entryPoint],
      command: container.command && [...container.command],
      secrets: container.secrets,
      healthCheck: container.healthCheck,
      portMappings: container.portMappings && [...container.portMappings],
      stopTimeout: container.stopTimeout ?? Duration.seconds(120),
      readonlyRootFilesystem: true,
      linuxParameters,
      systemControls: container.systemControls && [...container.systemControls],
      ulimits: [{ name: ecs.UlimitName.NOFILE, softLimit: 65535, hardLimit: 65535 }],
      logging: ecs.LogDrivers.awsLogs({
        logGroup: this.props.logGroup,
        streamPrefix: this.node.id.toLowerCase(),
        // A log service that is slow must not stop Odoo; the buffer loses lines only when it overflows.
        mode: ecs.AwsLogDriverMode.NON_BLOCKING,
        maxBufferSize: Size.mebibytes(25),
        multilinePattern: LOG_EVENT_START,
      }),
      ...(container.restart && { enableRestartPolicy: true, restartAttemptPeriod: Duration.seconds(60) }),
    });
    definition.addMountPoints(...(container.mounts ?? ODOO_MOUNTS));
    return definition;
  }
}
