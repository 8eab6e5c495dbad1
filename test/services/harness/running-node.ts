import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { request, type Agent, type IncomingHttpHeaders } from 'node:http';
import { request as requestTls } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { loginsPerMinute } from '../../../config/sizing/login-limits.ts';
import {
  type NginxEntry,
  type NginxSettings,
  renderNginxConf,
} from '../../../constructs/odoo-node/nginx-conf.ts';
import { nodeFile } from '../../../constructs/odoo-node/render-template.ts';
import { freePort } from '../../support/free-port.ts';
import { RunningNginx } from '../../support/nginx.ts';
import { OdooStandIn } from './odoo-stand-in.ts';
import { WebsocketClient, type WebsocketOptions } from './websocket-client.ts';

/** User and group of nginx in its container, where the tests may become another user. */
const NGINX_IDENTITY = process.getuid?.() === 0 ? { uid: 101, gid: 101 } : {};

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Names and values as they came, also those that came twice. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** A stream is sent as fast as it gives data, in chunks unless a length is among the headers. */
  readonly body?: string | Buffer | Readable;
  /** Local address to connect from, for example `127.0.0.9`; the default is 127.0.0.1. */
  readonly from?: string;
  readonly tls?: boolean;
  /** Keeps connections for the next question. */
  readonly agent?: Agent;
}

export interface RunningNodeOptions {
  /**
   * Gets the node's directory, for certificates.
   *
   * @default - behind a load balancer that may have any loopback address
   */
  readonly entry?: (directory: string) => NginxEntry;
  /** @default 'release-1' */
  readonly release?: string;
  /** Users of the environment, which the limit on logins follows. @default 25 */
  readonly users?: number;
  /** Several nodes may have the same one. @default - a stand-in of this node's own */
  readonly odoo?: OdooStandIn;
  /** Another Odoo that is up already, instead of a stand-in. */
  readonly odooPorts?: { readonly odoo: number; readonly websocket: number };
  /** Shared with other nodes. @default - a folder of this node's own, which holds one document */
  readonly filestoreDirectory?: string;
  /** File whose existence stops requests. @default - one in the node's directory */
  readonly maintenanceFlag?: string;
  /** Port of nginx, for a node that takes the place of another. @default - a free one */
  readonly port?: number;
  /** Has the last word on the configuration. @default - as rendered */
  readonly edit?: (configuration: string) => string;
}

/** One node: nginx on the rendered files, in front of a stand-in for Odoo, on free ports of this machine. */
export class RunningNode {
  readonly directory = mkdtempSync(join(tmpdir(), 'odoo-node-'));
  readonly odoo: OdooStandIn;
  readonly flag: string;
  readonly filestore: string;
  /** Where nginx listens. */
  port = 0;
  httpsPort = 0;
  /** Where what stands for Odoo listens. */
  odooPorts = { odoo: 0, websocket: 0 };
  private readonly options: RunningNodeOptions;
  private nginx?: RunningNginx;

  constructor(options: RunningNodeOptions = {}) {
    this.options = options;
    this.odoo = options.odoo ?? new OdooStandIn();
    this.flag = options.maintenanceFlag ?? join(this.directory, 'maintenance');
    this.filestore = options.filestoreDirectory ?? join(this.directory, 'filestore');
  }

  /** Starts stand-in and nginx; resolves when both listen. */
  static async start(options: RunningNodeOptions = {}): Promise<RunningNode> {
    const node = new RunningNode(options);
    await node.start();
    return node;
  }

  async start(): Promise<void> {
    const { entry = anyLoadBalancer, release = 'release-1', users = 25, edit = unchanged } = this.options;
    this.port = this.options.port ?? (await freePort());
    this.httpsPort = await freePort();
    this.makeDirectories();
    const nginxEntry = entry(this.directory);
    const configuration = edit(
      renderNginxConf({
        entry: nginxEntry,
        release,
        loginsPerMinute: loginsPerMinute(users),
        runDirectory: join(this.directory, 'run'),
        maintenanceFlag: this.flag,
        pagesDirectory: join(this.directory, 'pages'),
        filestoreDirectory: this.filestore,
        ports: await this.ports(),
      }),
    );
    this.nginx = await RunningNginx.start({
      directory: this.directory,
      configuration: withLogsIn(this.directory, configuration),
      port: this.port,
      // On the single server it starts as root, to read the certificate's key.
      identity: nginxEntry.kind === 'server' ? {} : NGINX_IDENTITY,
    });
  }

  /** Every line of nginx's access log so far. */
  get log(): string {
    return readFileSync(join(this.directory, 'access.log'), 'utf8');
  }

  /** What nginx said to stderr so far. */
  get errors(): string {
    return this.nginx?.errors ?? '';
  }

  /** Puts up the maintenance flag. */
  raiseFlag(): void {
    writeFileSync(this.flag, '');
  }

  lowerFlag(): void {
    rmSync(this.flag, { force: true });
  }

  /** Sends a signal to the program that the task would signal; resolves with its exit code when it has ended. */
  signal(signal: NodeJS.Signals): Promise<number | null> {
    return this.nginx?.signal(signal) ?? Promise.resolve(null);
  }

  /** Ends everything and removes the node's directory. */
  async stop(): Promise<void> {
    await this.nginx?.signal('SIGKILL');
    if (!this.options.odooPorts) await this.odoo.stop();
    rmSync(this.directory, { recursive: true });
  }

  /** Sends one request and resolves with the whole answer, whatever its status. */
  ask(path: string, question: Question = {}): Promise<Answer> {
    return ask(question.tls ? this.httpsPort : this.port, path, question);
  }

  /** Opens a websocket through nginx. */
  websocket(path?: string, options?: WebsocketOptions): Promise<WebsocketClient> {
    return WebsocketClient.open(this.port, path, options);
  }

  private async ports(): Promise<NginxSettings['ports']> {
    this.odooPorts = this.options.odooPorts ?? (await this.odoo.start());
    return { ...this.odooPorts, http: this.port, https: this.httpsPort, compressor: await freePort() };
  }

  private makeDirectories(): void {
    for (const folder of ['run', 'pages']) mkdirSync(join(this.directory, folder), { recursive: true });
    // nginx is somebody else where the tests run as root.
    chmodSync(this.directory, 0o755);
    chmodSync(join(this.directory, 'run'), 0o777);
    writeFileSync(join(this.directory, 'access.log'), '');
    if (NGINX_IDENTITY.uid !== undefined) {
      chownSync(join(this.directory, 'access.log'), NGINX_IDENTITY.uid, NGINX_IDENTITY.gid);
    }
    for (const page of ['unavailable.html', 'unavailable.txt']) {
      writeFileSync(join(this.directory, 'pages', page), nodeFile(page));
    }
    if (!this.options.filestoreDirectory && !existsSync(this.filestore)) {
      mkdirSync(join(this.filestore, 'odoo/ab'), { recursive: true });
      writeFileSync(join(this.filestore, 'odoo/ab/abcd'), 'a document');
    }
  }
}

/** Sends one request to a port of this machine and resolves with the whole answer, whatever its status. */
export function ask(port: number, path: string, question: Question = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body, from, tls = false, agent } = question;
  return new Promise((resolve, reject) => {
    const sent = (tls ? requestTls : request)({
      host: '127.0.0.1',
      port,
      path,
      method,
      headers: { host: 'erp.example.com', ...copyHeaders(headers) },
      localAddress: from,
      agent,
      rejectUnauthorized: false,
      maxHeaderSize: 128 * 1024,
    });
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          rawHeaders: response.rawHeaders,
          body: Buffer.concat(chunks),
        }),
      );
    });
    sent.on('error', reject);
    if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) sent.end(body);
    else body.pipe(sent);
  });
}

/** Logs go to the container's output or to the system's log folder; here they belong to the test. */
function withLogsIn(directory: string, configuration: string): string {
  return configuration
    .replace('/dev/stdout', `${directory}/access.log`)
    .replaceAll('/var/log/nginx/', `${directory}/`);
}

function anyLoadBalancer(): NginxEntry {
  return { kind: 'load-balancer', trustedCidr: '127.0.0.0/8' };
}

function unchanged(configuration: string): string {
  return configuration;
}

function copyHeaders(headers: NonNullable<Question['headers']>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
}
