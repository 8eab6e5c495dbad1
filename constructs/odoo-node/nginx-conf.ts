import { nodeFile, renderTemplate } from './render-template.ts';

/** How requests reach nginx, which decides whom it believes and who ends TLS. */
export type NginxEntry =
  | {
      /** Plain HTTP behind a load balancer that ends TLS. */
      readonly kind: 'load-balancer';
      /** Network of the load balancer, usually the VPC's CIDR: only its X-Forwarded-For entries are believed. */
      readonly trustedCidr: string;
    }
  | {
      /** The single server, directly on the internet. */
      readonly kind: 'server';
      /** Operating system user of nginx's workers; must be able to read the filestore. */
      readonly user: string;
      /**
       * Certificate of the server. nginx does not start without the two files, so the first certificate is issued, or
       * a self-signed one put in its place, before nginx is started.
       *
       * @default - plain HTTP, for trials without a domain
       */
      readonly tls?: {
        readonly certificateFile: string;
        readonly certificateKeyFile: string;
        /** Directory that holds `.well-known/acme-challenge/` for renewals. */
        readonly acmeDirectory: string;
      };
    };

/** What differs between one nginx and another; everything else is in `files/nginx.conf`. */
export interface NginxSettings {
  readonly entry: NginxEntry;
  /**
   * Identifies the Odoo code that is served, for example the image reference. Cached scripts of another release are
   * never used.
   */
  readonly release: string;
  /** Login attempts per minute that one client address may make after a first burst. */
  readonly loginsPerMinute: number;
  /** Directory that nginx may write to: process id, buffered bodies, cache. */
  readonly runDirectory: string;
  /** While this file exists, everybody but the load balancer's probe gets 503. */
  readonly maintenanceFlag: string;
  /** Directory of `unavailable.html` and `unavailable.txt`. */
  readonly pagesDirectory: string;
  /** Odoo's filestore, the directory above the one named after the database. */
  readonly filestoreDirectory: string;
  /**
   * Ports, for running several nodes on one machine.
   *
   * @default - 8080 behind a load balancer; on the server 80 and 443; Odoo 8069 and 8072; 8079 within nginx
   */
  readonly ports?: Partial<NginxPorts>;
}

export interface NginxPorts {
  readonly http: number;
  readonly https: number;
  readonly odoo: number;
  readonly websocket: number;
  /** Loopback port of the server that compresses what the cache keeps. */
  readonly compressor: number;
}

/** Port on which nginx serves a load balancer. */
export const NGINX_PORT = 8080;

/** Login attempts that pass at once before the rate applies: a team that arrives together behind one address. */
export const LOGIN_BURST = 20;

/** Renders the complete nginx configuration of one node. */
export function renderNginxConf(settings: NginxSettings): string {
  const { entry } = settings;
  const server = entry.kind === 'server';
  const ports: NginxPorts = {
    http: server ? 80 : NGINX_PORT,
    https: 443,
    odoo: 8069,
    websocket: 8072,
    compressor: 8079,
    ...settings.ports,
  };
  return renderTemplate('nginx.conf', nodeFile('nginx.conf'), {
    PROCESS: server ? `user ${entry.user};` : '# Runs as the user that the container gives it.',
    ERROR_LOG: server ? '/var/log/nginx/error.log' : 'stderr',
    ACCESS_LOG: server ? '/var/log/nginx/access.log' : '/dev/stdout',
    ENTRY: renderEntry(entry, ports),
    SECURITY: server && !entry.tls ? '' : fragment('nginx-security-tls.conf'),
    PROXY_HEADERS: fragment('nginx-proxy-headers.conf', {
      // A load balancer's HTTP listener only redirects, so what it forwards is what the user typed.
      FORWARDED_PROTO: server ? '$scheme' : '$http_x_forwarded_proto',
    }),
    RUN_DIRECTORY: settings.runDirectory,
    MAINTENANCE_FLAG: settings.maintenanceFlag,
    PAGES_DIRECTORY: settings.pagesDirectory,
    FILESTORE_DIRECTORY: settings.filestoreDirectory,
    RELEASE: settings.release,
    LOGINS_PER_MINUTE: settings.loginsPerMinute,
    LOGIN_BURST,
    ODOO_PORT: ports.odoo,
    WEBSOCKET_PORT: ports.websocket,
    COMPRESSOR_PORT: ports.compressor,
  });
}

function renderEntry(entry: NginxEntry, ports: NginxPorts): string {
  if (entry.kind === 'load-balancer') {
    return fragment('nginx-entry-load-balancer.conf', {
      HTTP_PORT: ports.http,
      TRUSTED_CIDR: entry.trustedCidr,
    });
  }
  if (!entry.tls) {
    return fragment('nginx-entry-server-http.conf', { HTTP_PORT: ports.http });
  }
  return fragment('nginx-entry-server-tls.conf', {
    HTTP_PORT: ports.http,
    HTTPS_PORT: ports.https,
    CERTIFICATE_FILE: entry.tls.certificateFile,
    CERTIFICATE_KEY_FILE: entry.tls.certificateKeyFile,
    ACME_DIRECTORY: entry.tls.acmeDirectory,
  });
}

function fragment(name: string, values: Parameters<typeof renderTemplate>[2] = {}): string {
  return renderTemplate(name, nodeFile(name), values).trimEnd();
}
