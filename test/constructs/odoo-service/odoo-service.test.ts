import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { imageReference, officialOdooImage } from '../../../config/images.ts';
import { LOG_EVENT_START } from '../../../constructs/odoo-node/log-events.ts';
import { nodeFile } from '../../../constructs/odoo-node/render-template.ts';
import { OdooService } from '../../../constructs/odoo-service/odoo-service.ts';
import { idleAcknowledgments, findingsOf } from '../../support/nag.ts';
import { type Fixture, service, surroundings } from './odoo-service.fixture.ts';

interface Container {
  readonly Name: string;
  readonly User: string;
  readonly Image: unknown;
  readonly Essential: boolean;
  readonly EntryPoint: readonly string[];
  readonly Command?: readonly string[];
  readonly Environment?: readonly { readonly Name: string }[];
  readonly Secrets?: readonly { readonly Name: string }[];
  readonly ReadonlyRootFilesystem: boolean;
  readonly LinuxParameters: { readonly Capabilities: { readonly Drop?: readonly string[] } };
  readonly MountPoints: readonly {
    readonly ContainerPath: string;
    readonly SourceVolume: string;
    readonly ReadOnly: boolean;
  }[];
  readonly DependsOn?: readonly { readonly ContainerName: string; readonly Condition: string }[];
  readonly LogConfiguration: { readonly Options: Record<string, unknown> };
  readonly RestartPolicy?: unknown;
  readonly StopTimeout: number;
  readonly HealthCheck?: { readonly Command: readonly string[] };
}

interface ServiceResource {
  readonly Properties: Record<string, unknown>;
  readonly DependsOn: readonly string[];
}

const templates = new Map<Fixture, Template>();
function templateOf(fixture: Fixture): Template {
  const known = templates.get(fixture);
  if (known) return known;
  const template = Template.fromStack(fixture.stack);
  templates.set(fixture, template);
  return template;
}

const medium = service(40);
const large = service(150);

/** Containers by name, of the task definition whose logical id says so. */
function containersOf(task: 'Web' | 'Cron', fixture: Fixture = medium): Record<string, Container> {
  const definitions = templateOf(fixture).findResources('AWS::ECS::TaskDefinition');
  const [, definition] = Object.entries(definitions).find(([id]) => id.includes(`${task}Definition`)) ?? [];
  const containers: readonly Container[] = definition?.['Properties'].ContainerDefinitions ?? [];
  return Object.fromEntries(containers.map((container) => [container.Name, container]));
}

function serviceOf(name: 'Web' | 'Cron', fixture: Fixture): ServiceResource {
  const services = templateOf(fixture).findResources('AWS::ECS::Service');
  const id = Object.keys(services).find((logicalId) => logicalId.includes(`${name}Service`)) ?? '';
  const found: ServiceResource = { Properties: {}, DependsOn: [], ...services[id] };
  return found;
}

const everyContainer = () => [...Object.values(containersOf('Web')), ...Object.values(containersOf('Cron'))];

function configurationOf(fixture: Fixture): string | undefined {
  return containersOf('Web', fixture)['Configure']?.Command?.join('\n');
}

function serverModulesOf(task: 'Web' | 'Cron', fixture: Fixture): string | undefined {
  const configuration = containersOf(task, fixture)['Configure']?.Command?.join('\n') ?? '';
  return /server_wide_modules = (.*)/.exec(configuration)?.[1];
}

/** Resources of the stacks that the service's own builds on. */
function resourcesBefore(fixture: Fixture): unknown[] {
  return [fixture.before, fixture.edge].map((stack) => Template.fromStack(stack).toJSON()['Resources']);
}

describe('every container', () => {
  it('has a read-only root file system', () => {
    for (const { ReadonlyRootFilesystem } of everyContainer()) expect(ReadonlyRootFilesystem).toBe(true);
  });

  it('runs without root and without capabilities, but for the one that gives directories their owners and ends', () => {
    for (const { Name, User, Essential, LinuxParameters } of everyContainer()) {
      if (Name === 'Configure') {
        expect(User).toBe('0:0');
        expect(Essential).toBe(false);
      } else {
        expect(User).toMatch(/^10[01]:101$/);
        expect(LinuxParameters.Capabilities.Drop).toEqual(['ALL']);
      }
    }
  });

  it('is pinned by digest', () => {
    for (const { Image } of everyContainer()) expect(Image).toMatch(/@sha256:[0-9a-f]{64}$/);
  });

  it('has no environment variables, because Odoo 19 lets them beat its configuration', () => {
    for (const container of everyContainer()) expect(container.Environment).toBeUndefined();
  });

  it('gets no secret unless it is the one that writes the configuration', () => {
    for (const { Name, Secrets } of everyContainer()) {
      const names = Secrets?.map((secret) => secret.Name) ?? [];
      expect(names).toEqual(Name === 'Configure' ? ['DB_PASSWORD', 'ADMIN_PASSWD'] : []);
    }
  });

  it('starts after the configuration is written', () => {
    for (const { Name, DependsOn } of everyContainer()) {
      if (Name === 'Configure') continue;
      expect(DependsOn).toContainEqual({ ContainerName: 'Configure', Condition: 'SUCCESS' });
    }
  });

  it('never waits for its log, and logs where the key and the retention are', () => {
    for (const { LogConfiguration } of everyContainer()) {
      expect(LogConfiguration.Options).toMatchObject({
        mode: 'non-blocking',
        'max-buffer-size': '26214400b',
        'awslogs-multiline-pattern': LOG_EVENT_START,
      });
    }
    templateOf(medium).hasResource('AWS::Logs::LogGroup', {
      Properties: { RetentionInDays: 30, KmsKeyId: Match.anyValue(), LogGroupName: Match.absent() },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });
});

describe('a web node', () => {
  it('fits into a task definition, with room to spare', () => {
    const odoo = {
      version: '19.0',
      image: { source: 'official' },
      sessionGuard: true,
      modules: [],
      phases: [],
    } as const;
    for (const definition of Object.values(
      templateOf(service(150, { odoo })).findResources('AWS::ECS::TaskDefinition'),
    )) {
      // ECS takes 64 KiB.
      expect(JSON.stringify(definition).length).toBeLessThan(56 * 1024);
    }
  });

  it('keeps secrets out of the template', () => {
    const command = containersOf('Web')['Configure']?.Command ?? [];
    const odooConf = command[command.indexOf('/etc/odoo/odoo.conf') + 3];
    expect(odooConf).toContain('db_password = {{DB_PASSWORD}}');
    expect(odooConf).toContain('db_sslmode = verify-full');
  });

  it('gives every file an owner and a mode, and odoo.conf to nobody but Odoo', () => {
    const command = containersOf('Web')['Configure']?.Command ?? [];
    const files = command.flatMap((word, index) =>
      word === '--file' ? [command.slice(index + 1, index + 4)] : [],
    );
    expect(files).toEqual([
      ['/etc/odoo/odoo.conf', '100:101', '0400'],
      ['/var/lib/odoo/.postgresql/root.crt', '100:101', '0400'],
      ['/etc/odoo/addons/structured_logs/__manifest__.py', '0:0', '0444'],
      ['/etc/odoo/addons/structured_logs/__init__.py', '0:0', '0444'],
      ['/etc/odoo/addons/session_guard/__manifest__.py', '0:0', '0444'],
      ['/etc/odoo/addons/session_guard/__init__.py', '0:0', '0444'],
      ['/srv/nginx/nginx.conf', '0:0', '0444'],
      ['/srv/nginx/pages/unavailable.html', '0:0', '0444'],
      ['/srv/nginx/pages/unavailable.txt', '0:0', '0444'],
    ]);
  });

  it('lets nginx see the filestore without writing, and the configuration of Odoo not at all', () => {
    expect(containersOf('Web')['Nginx']?.MountPoints).toEqual([
      { ContainerPath: '/srv/nginx', SourceVolume: 'nginx', ReadOnly: false },
      { ContainerPath: '/var/lib/odoo/filestore', SourceVolume: 'filestore', ReadOnly: true },
    ]);
  });

  it('mounts what Odoo shares below its data directory, the parent first', () => {
    const paths = containersOf('Web')['Odoo']?.MountPoints.map((mount) => mount.ContainerPath) ?? [];
    expect(paths.indexOf('/var/lib/odoo')).toBeLessThan(paths.indexOf('/var/lib/odoo/filestore'));
    expect(paths).toContain('/var/lib/odoo/sessions');
    expect(paths).toContain('/tmp');
  });

  it('starts Odoo itself and not the script of the image, which would show the password in the process list', () => {
    const odoo = containersOf('Web')['Odoo'];
    expect(odoo?.EntryPoint).toEqual(['python3', '-u', '-c', nodeFile('odoo_gate.py')]);
    expect(odoo?.Command).toEqual([
      'web',
      '/etc/odoo/odoo.conf',
      imageReference(officialOdooImage('19.0')),
      'env',
      'PGCONNECT_TIMEOUT=5',
      'odoo',
      '--config',
      '/etc/odoo/odoo.conf',
    ]);
  });

  it('keeps its task when a container ends that had run for a minute: each is back where it was within seconds', () => {
    for (const { Name, RestartPolicy } of Object.values(containersOf('Web'))) {
      if (Name !== 'Configure') expect(RestartPolicy).toEqual({ Enabled: true, RestartAttemptPeriod: 60 });
    }
  });

  it('ends nginx before Odoo, which finishes what nginx still waits for', () => {
    // Containers stop in the opposite order of their start.
    expect(containersOf('Web')['Nginx']?.DependsOn).toEqual(
      expect.arrayContaining([
        { ContainerName: 'Odoo', Condition: 'START' },
        { ContainerName: 'DatabaseWatch', Condition: 'START' },
      ]),
    );
    const [, seconds] = /worker_shutdown_timeout (\d+)s/.exec(configurationOf(medium) ?? '') ?? [];
    expect(containersOf('Web')['Nginx']?.StopTimeout).toBeGreaterThan(Number(seconds));
  });

  it('is not sick for an Odoo that waits for its database', () => {
    const { HealthCheck, MountPoints } = containersOf('Web')['Odoo'] ?? {};
    expect(HealthCheck?.Command.at(-1)).toContain(
      "if os.path.exists('/srv/nginx/flags/maintenance'): sys.exit()",
    );
    expect(MountPoints).toContainEqual({
      ContainerPath: '/srv/nginx',
      SourceVolume: 'nginx',
      ReadOnly: true,
    });
  });

  it('makes the directories of the modules before their files', () => {
    const command = containersOf('Web')['Configure']?.Command ?? [];
    const made = command.flatMap((word, index) => (word === '--directory' ? [command[index + 1]] : []));
    expect(made).toEqual(
      expect.arrayContaining(['/etc/odoo', '/etc/odoo/addons', '/etc/odoo/addons/structured_logs']),
    );
    expect(made.indexOf('/etc/odoo/addons')).toBeGreaterThan(made.indexOf('/etc/odoo'));
  });

  it('guards sessions inside Odoo, where there are any, unless the environment does not want it', () => {
    const unguarded = service(40, {
      odoo: { version: '18.0', image: { source: 'official' }, sessionGuard: false, modules: [], phases: [] },
    });
    expect(serverModulesOf('Web', medium)).toBe('structured_logs,session_guard,base,rpc,web');
    expect(serverModulesOf('Cron', medium)).toBe('structured_logs,base,rpc,web');
    expect(configurationOf(medium)).toContain('/etc/odoo/addons/session_guard/__init__.py');
    expect(serverModulesOf('Web', unguarded)).toBe('structured_logs,base,web');
    expect(configurationOf(unguarded)).not.toContain('session_guard');
  });

  it('gives Odoo the time it may have to end, and its gate some of it to kill what does not', () => {
    expect(containersOf('Web')['Odoo']?.StopTimeout).toBe(120);
    const [, seconds] = /^STOP_SECONDS = (\d+)$/m.exec(nodeFile('odoo_gate.py')) ?? [];
    expect(Number(seconds)).toBeLessThanOrEqual(110);
  });

  it('counts login attempts by the number of users', () => {
    expect(configurationOf(medium)).toContain('rate=30r/m');
    expect(configurationOf(service(1000))).toContain('rate=100r/m');
  });
});

describe('the web service', () => {
  it('is reached on the port that the load balancer sends to', () => {
    const [targets] = Object.values(
      Template.fromStack(medium.edge).findResources('AWS::ElasticLoadBalancingV2::TargetGroup'),
    );
    expect(serviceOf('Web', medium).Properties['LoadBalancers']).toMatchObject([
      { ContainerName: 'Nginx', ContainerPort: targets?.['Properties']['Port'] },
    ]);
  });

  it('puts new nodes beside the old ones before it takes these away', () => {
    expect(serviceOf('Web', medium).Properties['DeploymentConfiguration']).toMatchObject({
      MinimumHealthyPercent: 100,
      MaximumPercent: 200,
    });
  });

  it("scales between the plan's limits on the plan's target, and leaves the number to that", () => {
    const { nodesMin, nodesMax, targetCpuPercent } = large.plan.app;
    expect(nodesMax).toBeGreaterThan(nodesMin);
    expect(serviceOf('Web', large).Properties).not.toHaveProperty('DesiredCount');
    templateOf(large).hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      MinCapacity: nodesMin,
      MaxCapacity: nodesMax,
    });
    templateOf(large).hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: { TargetValue: targetCpuPercent },
    });
  });

  it('has a fixed number where the plan has one', () => {
    const fixture = surroundings(40);
    const app = { ...fixture.plan.app, nodesMin: 2, nodesMax: 2 };
    const { cluster, node, network, loadBalancer, stack } = fixture;
    new OdooService(stack, 'Odoo', {
      cluster,
      node,
      network,
      targetGroup: loadBalancer.targetGroup,
      plan: { ...fixture.plan, app },
    });
    expect(serviceOf('Web', fixture).Properties['DesiredCount']).toBe(2);
    templateOf(fixture).resourceCountIs('AWS::ApplicationAutoScaling::ScalableTarget', 0);
  });
});

describe('the service of scheduled jobs', () => {
  it('never runs two versions at the same time', () => {
    expect(serviceOf('Cron', medium).Properties).toMatchObject({
      DesiredCount: 1,
      DeploymentConfiguration: { MinimumHealthyPercent: 0, MaximumPercent: 100 },
    });
  });

  it('is not behind the load balancer and has no nginx', () => {
    expect(serviceOf('Cron', medium).Properties['LoadBalancers']).toEqual([]);
    expect(Object.keys(containersOf('Cron'))).toEqual(['Configure', 'Odoo', 'VitalSigns']);
  });

  it('starts Odoo behind the gate that the database job closes', () => {
    const { EntryPoint, Command } = containersOf('Cron')['Odoo'] ?? {};
    expect(EntryPoint).toEqual(['python3', '-u', '-c', nodeFile('odoo_gate.py')]);
    expect(Command).toEqual([
      'cron',
      '/etc/odoo/odoo.conf',
      imageReference(officialOdooImage('19.0')),
      'env',
      'PGCONNECT_TIMEOUT=5',
      'odoo',
      '--config',
      '/etc/odoo/odoo.conf',
    ]);
  });

  it('starts Odoo again where it is when it ended', () => {
    expect(containersOf('Cron')['Odoo']?.RestartPolicy).toEqual({ Enabled: true, RestartAttemptPeriod: 60 });
  });

  it('asks the database how it is, reading and no more, and ends no job when it fails', () => {
    const { EntryPoint, Command, Essential, RestartPolicy, MountPoints, Secrets } =
      containersOf('Cron')['VitalSigns'] ?? {};
    expect(EntryPoint).toEqual(['python3', '-u', '-c', nodeFile('vital_signs.py')]);
    expect(Command).toEqual(['/etc/odoo/odoo.conf']);
    expect(Essential).toBe(false);
    expect(RestartPolicy).toEqual({ Enabled: true, RestartAttemptPeriod: 60 });
    expect(MountPoints?.every(({ ReadOnly }) => ReadOnly)).toBe(true);
    expect(Secrets).toBeUndefined();
  });

  it('has the size and the workers of the plan', () => {
    const { vcpu, memoryMiB, workers } = large.plan.cron;
    templateOf(large).hasResourceProperties('AWS::ECS::TaskDefinition', {
      Cpu: String(vcpu * 1024),
      Memory: String(memoryMiB),
    });
    expect(containersOf('Cron', large)['Configure']?.Command?.join('\n')).toContain(
      `max_cron_threads = ${workers}`,
    );
  });
});

describe.each(['Web', 'Cron'] as const)('the %s service', (name) => {
  const { Properties, DependsOn } = serviceOf(name, medium);

  it('fails a deployment that does not come up, also the very first, which ECS could not roll back', () => {
    expect(Properties['DeploymentConfiguration']).toMatchObject({
      DeploymentCircuitBreaker: { Enable: true, Rollback: false },
    });
  });

  it('has no public address, no shell, and a capacity provider from the first day', () => {
    expect(Properties).toMatchObject({
      NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' } },
      EnableExecuteCommand: false,
      CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE', Weight: 1 }],
    });
    expect(Properties).not.toHaveProperty('LaunchType');
    expect(Properties).not.toHaveProperty('ServiceName');
  });

  it('starts when its role may read the secrets and the cluster has its capacity providers', () => {
    const template = templateOf(medium);
    const [associations] = Object.keys(
      template.findResources('AWS::ECS::ClusterCapacityProviderAssociations'),
    );
    const policies = Object.keys(template.findResources('AWS::IAM::Policy'));
    expect(DependsOn).toContain(associations);
    expect(DependsOn).toContain(
      policies.find((id) => id.includes(`${name}DefinitionExecutionRoleDefaultPolicy`)),
    );
  });

  it('runs on the architecture of the environment', () => {
    const fixture = service(40, { architecture: 'x86_64' });
    templateOf(fixture).allResourcesProperties('AWS::ECS::TaskDefinition', {
      RuntimePlatform: { CpuArchitecture: 'X86_64', OperatingSystemFamily: 'LINUX' },
    });
  });
});

describe('the stack of the service', () => {
  it('comes after the others and adds nothing to them', () => {
    const alone = surroundings(40);
    expect(medium.stack.dependencies).toEqual(expect.arrayContaining([medium.before, medium.edge]));
    expect(medium.before.dependencies).toEqual([]);
    expect(resourcesBefore(medium)).toEqual(resourcesBefore(alone));
  });

  it('lets a task decrypt its secrets, and with the same key nothing else', () => {
    const statements = Object.values(templateOf(medium).findResources('AWS::IAM::Policy')).flatMap(
      (policy) => policy['Properties'].PolicyDocument.Statement,
    );
    const decrypting = statements.filter(({ Action }) => JSON.stringify(Action).includes('kms:Decrypt'));
    expect(decrypting.length).toBeGreaterThan(0);
    for (const { Condition } of decrypting) {
      expect(Condition).toEqual({
        StringEquals: { 'kms:ViaService': 'secretsmanager.eu-central-1.amazonaws.com' },
      });
    }
  });

  it('waits for what it is told to, and for the shared directories', () => {
    const fixture = surroundings(40);
    const { cluster, node, plan, network, loadBalancer, stack } = fixture;
    new OdooService(stack, 'Odoo', {
      cluster,
      node,
      plan,
      network,
      targetGroup: loadBalancer.targetGroup,
      after: [cluster.logGroup],
    });
    const [logs] = Object.keys(templateOf(fixture).findResources('AWS::Logs::LogGroup'));
    for (const name of ['Web', 'Cron'] as const) expect(serviceOf(name, fixture).DependsOn).toContain(logs);
  });

  it('is refused in a network without a route out, where tasks could pull no image', () => {
    const { cluster, node, plan, network, loadBalancer, stack } = surroundings(40);
    const isolated = { ...network, appSubnetsHaveRouteOut: false };
    expect(
      () =>
        new OdooService(stack, 'Odoo', {
          cluster,
          node,
          plan,
          network: isolated,
          targetGroup: loadBalancer.targetGroup,
        }),
    ).toThrow('without NAT gateways');
  });

  it('has no open policy finding and no idle acknowledgment', () => {
    const { stack } = service(150);
    const findings = findingsOf(stack);
    expect(findings.filter(({ path, acknowledged }) => path.startsWith('Service/') && !acknowledged)).toEqual(
      [],
    );
    expect(idleAcknowledgments(stack, findings).filter((line) => line.includes(' at Service/'))).toEqual([]);
  });
});
