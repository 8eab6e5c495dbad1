import { aws_ecs as ecs, Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { imageReference, NGINX_IMAGE } from '../../config/images.ts';
import { loginsPerMinute } from '../../config/sizing/login-limits.ts';
import { NGINX_PORT, renderNginxConf } from '../odoo-node/nginx-conf.ts';
import { nodeFile } from '../odoo-node/render-template.ts';
import { nginxCommand } from './nginx-command.ts';
import { OdooTask } from './odoo-task.ts';
import type { OdooNode } from './odoo-task-props.ts';
import {
  ODOO_MOUNTS,
  ODOO_OWNER,
  ODOO_PATHS,
  odooCommand,
  type ConfigurationFile,
  type ScratchDirectory,
} from './task-layout.ts';

/** User and group of nginx in its official image. */
const NGINX_USER = '101:101';

const NGINX_PATHS = {
  root: '/srv/nginx',
  configuration: '/srv/nginx/nginx.conf',
  pages: '/srv/nginx/pages',
  run: '/srv/nginx/run',
  flags: '/srv/nginx/flags',
  maintenance: '/srv/nginx/flags/maintenance',
} as const;

const NGINX_SCRATCH: ScratchDirectory = {
  name: 'nginx',
  path: NGINX_PATHS.root,
  directories: [
    { path: NGINX_PATHS.root, owner: '0:0', mode: '0755' },
    { path: NGINX_PATHS.pages, owner: '0:0', mode: '0755' },
    { path: NGINX_PATHS.run, owner: NGINX_USER, mode: '0700' },
    // Written by the watcher, which runs as Odoo's user; nginx only looks.
    { path: NGINX_PATHS.flags, owner: ODOO_OWNER, mode: '0755' },
  ],
};

/**
 * Accepts a connection, no more: a request would wait behind users' and end a task that is only busy. While the database
 * is away Odoo may wait for it, and another task would do nothing else.
 */
const ODOO_LISTENS = [
  'import os, socket, sys',
  `if os.path.exists('${NGINX_PATHS.maintenance}'): sys.exit()`,
  'for port in (8069, 8072):',
  "    socket.create_connection(('127.0.0.1', port), 5).close()",
].join('\n');

export interface WebTaskProps extends OdooNode {
  readonly vcpu: number;
  readonly memoryMiB: number;
  /** Odoo HTTP workers. */
  readonly workers: number;
  /** Users of the environment; the limit on logins follows it. */
  readonly users: number;
  /** Network of the load balancer: only its X-Forwarded-For entries are believed. */
  readonly trustedCidr: string;
}

/**
 * One web node: nginx, Odoo without scheduled jobs, and the watcher that keeps users logged in while the database is
 * away.
 */
export class WebTask extends OdooTask {
  /** nginx, where the load balancer sends requests. */
  readonly entry: ecs.ContainerDefinition;

  constructor(scope: Construct, id: string, props: WebTaskProps) {
    super(scope, id, {
      ...props,
      role: { kind: 'web', workers: props.workers },
      scratch: [NGINX_SCRATCH],
      files: nginxFiles(props),
    });
    const { release } = props.image;
    const odoo = this.addOdoo(release);
    const watch = this.addDatabaseWatch(release);
    this.entry = this.addNginx();
    this.entry.addContainerDependencies(
      // Not HEALTHY: how long that may take is limited, and loading a large registry is not. Until then nginx says so.
      { container: odoo, condition: ecs.ContainerDependencyCondition.START },
      { container: watch, condition: ecs.ContainerDependencyCondition.START },
    );
  }

  private addOdoo(release: string): ecs.ContainerDefinition {
    return this.addContainer('Odoo', {
      ...odooCommand('web', release),
      mounts: [...ODOO_MOUNTS, { sourceVolume: 'nginx', containerPath: NGINX_PATHS.root, readOnly: true }],
      restart: true,
      healthCheck: {
        command: ['CMD', 'python3', '-c', ODOO_LISTENS],
        interval: Duration.seconds(30),
        timeout: Duration.seconds(10),
        // Five minutes: under overload Linux refuses connections for a while, and fewer nodes would not help then.
        retries: 10,
        // Loading the registry takes minutes with many modules.
        startPeriod: Duration.seconds(300),
      },
    });
  }

  private addDatabaseWatch(release: string): ecs.ContainerDefinition {
    return this.addContainer('DatabaseWatch', {
      entryPoint: ['python3', '-u', '-c', nodeFile('database_watch.py')],
      command: [ODOO_PATHS.configuration, NGINX_PATHS.maintenance, release],
      // The flag stays as it was until it is back.
      restart: true,
      mounts: [
        { sourceVolume: 'configuration', containerPath: '/etc/odoo', readOnly: true },
        { sourceVolume: 'data', containerPath: ODOO_PATHS.data, readOnly: true },
        { sourceVolume: 'nginx', containerPath: NGINX_PATHS.root, readOnly: false },
      ],
      stopTimeout: Duration.seconds(5),
    });
  }

  private addNginx(): ecs.ContainerDefinition {
    return this.addContainer('Nginx', {
      image: ecs.ContainerImage.fromRegistry(imageReference(NGINX_IMAGE)),
      user: NGINX_USER,
      entryPoint: nginxCommand(NGINX_PATHS.configuration),
      // Back sooner than another task with an Odoo of its own.
      restart: true,
      portMappings: [{ containerPort: NGINX_PORT }],
      mounts: [
        { sourceVolume: 'nginx', containerPath: NGINX_PATHS.root, readOnly: false },
        { sourceVolume: 'filestore', containerPath: ODOO_PATHS.filestore, readOnly: true },
      ],
      healthCheck: {
        command: ['CMD', 'wget', '-q', '-O', '/dev/null', `http://127.0.0.1:${NGINX_PORT}/.node/ping`],
        interval: Duration.seconds(15),
        timeout: Duration.seconds(5),
        retries: 3,
      },
      stopTimeout: Duration.seconds(60),
    });
  }
}

function nginxFiles(props: WebTaskProps): readonly ConfigurationFile[] {
  const nginxConf = renderNginxConf({
    entry: { kind: 'load-balancer', trustedCidr: props.trustedCidr },
    release: props.image.release,
    loginsPerMinute: loginsPerMinute(props.users),
    runDirectory: NGINX_PATHS.run,
    maintenanceFlag: NGINX_PATHS.maintenance,
    pagesDirectory: NGINX_PATHS.pages,
    filestoreDirectory: ODOO_PATHS.filestore,
  });
  const files = [
    { path: NGINX_PATHS.configuration, text: nginxConf },
    { path: `${NGINX_PATHS.pages}/unavailable.html`, text: nodeFile('unavailable.html') },
    { path: `${NGINX_PATHS.pages}/unavailable.txt`, text: nodeFile('unavailable.txt') },
  ];
  return files.map((file) => ({ ...file, owner: '0:0', mode: '0444' }));
}
