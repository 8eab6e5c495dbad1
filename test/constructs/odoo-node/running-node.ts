import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { request as requestTls } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  loginsPerMinute,
  type NginxEntry,
  renderNginxConf,
} from '../../../constructs/odoo-node/nginx-conf.ts';
import { nodeFile } from '../../../constructs/odoo-node/render-template.ts';
import { RunningNginx } from '../../support/nginx.ts';
import { FakeOdoo, freePort } from './fake-odoo.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  /** Local address to connect from. */
  readonly from?: string;
  readonly tls?: boolean;
}

/** nginx as rendered, in front of a stand-in for Odoo, on free ports of this machine. */
export class RunningNode {
  readonly odoo = new FakeOdoo();
  readonly directory = mkdtempSync(join(tmpdir(), 'odoo-node-'));
  readonly flag = join(this.directory, 'maintenance');
  port = 0;
  httpsPort = 0;
  private nginx?: RunningNginx;

  async start(entry: (directory: string) => NginxEntry, release = 'release-1'): Promise<void> {
    const { odoo, websocket } = await this.odoo.start();
    this.port = await freePort();
    this.httpsPort = await freePort();
    for (const folder of ['run', 'pages', 'filestore/odoo/ab']) {
      mkdirSync(join(this.directory, folder), { recursive: true });
    }
    // Started by root, nginx's workers are somebody else.
    chmodSync(this.directory, 0o755);
    chmodSync(join(this.directory, 'run'), 0o777);
    writeFileSync(join(this.directory, 'filestore/odoo/ab/abcd'), 'a document');
    for (const page of ['unavailable.html', 'unavailable.txt']) {
      writeFileSync(join(this.directory, 'pages', page), nodeFile(page));
    }
    const configuration = renderNginxConf({
      entry: entry(this.directory),
      release,
      loginsPerMinute: loginsPerMinute(25),
      runDirectory: join(this.directory, 'run'),
      maintenanceFlag: this.flag,
      pagesDirectory: join(this.directory, 'pages'),
      filestoreDirectory: join(this.directory, 'filestore'),
      ports: { http: this.port, https: this.httpsPort, odoo, websocket, compressor: await freePort() },
    });
    this.nginx = await RunningNginx.start(
      this.directory,
      withLogsIn(this.directory, configuration),
      this.port,
    );
  }

  get log(): string {
    return readFileSync(join(this.directory, 'access.log'), 'utf8');
  }

  async stop(): Promise<void> {
    await this.nginx?.stop();
    await this.odoo.stop();
    rmSync(this.directory, { recursive: true });
  }

  ask(path: string, question: Question = {}): Promise<Answer> {
    const { method = 'GET', headers = {}, body, from, tls } = question;
    return new Promise((resolve, reject) => {
      const send = tls ? requestTls : request;
      const sent = send(
        {
          host: '127.0.0.1',
          port: tls ? this.httpsPort : this.port,
          path,
          method,
          headers: { host: 'erp.example.com', ...headers },
          localAddress: from,
          rejectUnauthorized: false,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: Buffer.concat(chunks),
            }),
          );
        },
      );
      sent.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.alloc(0) });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

/** Logs go to the container's output or to the system's log folder; here they belong to the test. */
export function withLogsIn(directory: string, configuration: string): string {
  return configuration
    .replace('/dev/stdout', `${directory}/access.log`)
    .replaceAll('/var/log/nginx/', `${directory}/`);
}
