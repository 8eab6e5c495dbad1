import { aws_ecs as ecs, Duration, Size } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { LOG_EVENT_START } from '../odoo-node/log-events.ts';
import { configureContainer } from './node-configuration.ts';
import type { OdooTaskContainerProps, OdooTaskProps } from './odoo-task-props.ts';
import {
  ODOO_MOUNTS,
  ODOO_OWNER,
  ODOO_PATHS,
  ODOO_SCRATCH,
  SYSTEM_CONTROLS,
  type ScratchDirectory,
} from './task-layout.ts';

/**
 * Task definition of anything that runs Odoo's code: web node, scheduled jobs, database job.
 *
 * Every container has a read-only root file system, unless it has to write, and no privileges. One more, `Configure`, runs first as root: it
 * gives the scratch directories their owners and writes the configuration, which is the only place where secrets and
 * configuration meet. No other container of a running Odoo has a secret in its environment.
 *
 * The configuration travels as arguments of that container, which `cdk diff` shows: no download could fail when a node
 * starts. A task definition holds 64 KiB; a test keeps every one below 56.
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
    const definition = this.define(id, { essential: true, ...container });
    definition.addContainerDependencies({
      container: container.after ?? this.configure,
      condition: ecs.ContainerDependencyCondition.SUCCESS,
    });
    return definition;
  }

  private defineTask(): ecs.FargateTaskDefinition {
    const { vcpu, memoryMiB, ephemeralStorageGiB, architecture } = this.props;
    return new ecs.FargateTaskDefinition(this, 'Definition', {
      cpu: vcpu * 1024,
      memoryLimitMiB: memoryMiB,
      ephemeralStorageGiB,
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
    this.props.filestore?.addVolumeTo(this.definition, 'filestore');
    this.props.sessions?.addVolumeTo(this.definition, 'sessions');
  }

  private get scratch(): readonly ScratchDirectory[] {
    const { filestore, sessions, scratch = [] } = this.props;
    return [
      ...ODOO_SCRATCH,
      ...(filestore === undefined ? [emptyDirectory('filestore')] : []),
      ...(sessions === undefined ? [emptyDirectory('sessions')] : []),
      ...scratch,
    ];
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
      readonlyRootFilesystem: container.writable !== true,
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

/** In the place of a shared directory. Its parent is mounted before it. */
function emptyDirectory(name: 'filestore' | 'sessions'): ScratchDirectory {
  const path = ODOO_PATHS[name];
  return { name, path, directories: [{ path, owner: ODOO_OWNER, mode: '0700' }] };
}
