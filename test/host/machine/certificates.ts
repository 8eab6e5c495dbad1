import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { succeed } from './shell.ts';

/** A key and its certificate, as files. */
export interface KeyPair {
  readonly key: string;
  readonly certificate: string;
}

/** The authority that the machine trusts, made anew for every run. */
export class Authority {
  readonly certificate: string;
  private readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
    this.certificate = join(directory, 'authority.crt');
  }

  static async create(directory: string): Promise<Authority> {
    const authority = new Authority(directory);
    await openssl(
      'req',
      '-x509',
      ...KEY,
      '-days',
      '2',
      '-subj',
      '/CN=Authority of the test',
      '-keyout',
      authority.key,
      '-out',
      authority.certificate,
    );
    return authority;
  }

  async issue(name: string, hosts: readonly string[]): Promise<KeyPair> {
    const file = (kind: string): string => join(this.directory, `${name}.${kind}`);
    const key = file('key');
    const request = file('csr');
    const certificate = file('crt');
    const extensions = file('ext');
    writeFileSync(extensions, `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')}\n`);
    await openssl('req', '-new', ...KEY, '-subj', `/CN=${name}`, '-keyout', key, '-out', request);
    await openssl(
      'x509',
      '-req',
      '-in',
      request,
      '-CA',
      this.certificate,
      '-CAkey',
      this.key,
      '-days',
      '2',
      '-extfile',
      extensions,
      '-out',
      certificate,
    );
    return { key, certificate };
  }

  /** The certificate as text. */
  read(): string {
    return readFileSync(this.certificate, 'utf8');
  }

  private get key(): string {
    return join(this.directory, 'authority.key');
  }
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'] as const;

async function openssl(...args: string[]): Promise<void> {
  await succeed('openssl', args);
}
