import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';

/** What a mail server demands and allows. */
export interface MailServerOptions {
  /** Passwords by user name. Absent: whoever connects may send. */
  readonly logins?: Readonly<Record<string, string>>;
  /** Domain of the senders that it takes mail from; any if absent. */
  readonly domain?: string;
  /** Whether it offers STARTTLS. Without it, it takes passwords over the open connection, as a thief would. */
  readonly startTls: boolean;
  /** Whom its certificate names; itself if absent. */
  readonly name?: string;
}

/** A message that was taken. */
export interface TakenMessage {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly encrypted: boolean;
  readonly user?: string;
}

/** A real SMTP server on loopback. */
export class MailServer {
  readonly messages: TakenMessage[] = [];
  /** Passwords that were tried, right or wrong. */
  readonly passwords: string[] = [];
  port = 0;

  private readonly directory = mkdtempSync(join(tmpdir(), 'odoo-mail-'));
  /** Its certificate, which it signed itself: whoever trusts this file trusts it. */
  readonly certificate = join(this.directory, 'certificate.pem');
  private readonly server: SMTPServer;

  constructor(options: MailServerOptions) {
    const key = join(this.directory, 'key.pem');
    issueCertificate(options.name ?? 'IP:127.0.0.1', this.certificate, key);
    this.server = new SMTPServer({
      cert: readFileSync(this.certificate),
      key: readFileSync(key),
      authOptional: options.logins === undefined,
      disabledCommands: [
        ...(options.startTls ? [] : ['STARTTLS']),
        ...(options.logins === undefined ? ['AUTH'] : []),
      ],
      onAuth: ({ username, password }, _session, done) => {
        const user = username ?? '';
        this.passwords.push(password ?? '');
        const isRight = options.logins?.[user] === password;
        done(isRight ? null : refusal(535, 'Authentication Credentials Invalid'), { user });
      },
      onMailFrom: ({ address }, _session, done) => {
        const isTaken = options.domain === undefined || address.endsWith(`@${options.domain}`);
        done(isTaken ? null : refusal(554, 'Message rejected: Email address is not verified'));
      },
      onData: (stream, session, done) => {
        const parts: Buffer[] = [];
        stream.on('data', (part: Buffer) => parts.push(part));
        stream.on('end', () => {
          this.messages.push(taken(session, Buffer.concat(parts).toString('utf8')));
          done();
        });
      },
    });
    // A client that hangs up in the middle is none of the server's business.
    this.server.on('error', () => undefined);
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const address = this.server.server.address();
    if (address === null || typeof address === 'string')
      throw new Error('the mail server listens on no port');
    this.port = address.port;
    return this;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    rmSync(this.directory, { recursive: true });
  }
}

function issueCertificate(name: string, certificate: string, key: string): void {
  const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=mail';
  const { status, stderr } = spawnSync(
    'openssl',
    [...request.split(' '), '-addext', `subjectAltName=${name}`, '-keyout', key, '-out', certificate],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

function taken({ envelope, secure, user }: SMTPServerSession, text: string): TakenMessage {
  return {
    from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
    to: envelope.rcptTo.map(({ address }) => address),
    text,
    encrypted: secure,
    user,
  };
}
