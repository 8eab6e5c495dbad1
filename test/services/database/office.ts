import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Question } from '../harness/running-node.ts';

/** What an office sends its requests to. */
export interface Entrance {
  ask(path: string, question?: Question): Promise<Answer>;
}

/** A request of a user, and what came of it. Times are seconds since 1970. */
export interface Attempt {
  readonly name: string;
  readonly user: number;
  readonly path: string;
  readonly sent: number;
  readonly ended: number;
  /** 0 when the connection failed or the user gave up. */
  readonly status: number;
  readonly answer?: Answer;
}

export interface OfficeProps {
  readonly entrance: Entrance;
  readonly users: number;
  /** After this the user loads the page again. @default 5000 */
  readonly patienceMs?: number;
  /** Pause of a user between requests. @default 100 */
  readonly pauseMs?: number;
}

/** Users with a session each, who load pages and call RPCs in turn until told to stop. */
export class Office {
  readonly attempts: Attempt[] = [];
  /** Cookies of each user's browser, by name. */
  readonly jars: Map<string, string>[] = [];
  private readonly props: OfficeProps;
  private working: Promise<unknown> | undefined;
  private over = false;

  constructor(props: OfficeProps) {
    this.props = props;
  }

  /** Logs everybody in. */
  async open(): Promise<void> {
    for (let user = 0; user < this.props.users; user += 1) {
      this.jars.push(new Map());
      // The limit on logins is for one address.
      const headers = { 'x-forwarded-for': `192.0.2.${user}` };
      const { status } = await this.attempt(user, '/web/login', { method: 'POST', headers });
      if (status !== 303) throw new Error(`nobody could log in: ${status}`);
    }
  }

  /** Lets everybody work; resolves when all have had an answer. */
  async work(): Promise<void> {
    this.over = false;
    this.working = Promise.all(this.jars.map((_, user) => this.workOf(user)));
    await this.seen();
  }

  /** Resolves when as many answers have come as there are users. */
  async seen(): Promise<void> {
    const before = this.attempts.length;
    while (this.attempts.length < before + this.props.users) await sleep(20);
  }

  /** Nobody begins anything new; resolves when everything has ended. */
  async rest(): Promise<void> {
    this.over = true;
    await this.working;
  }

  /** Users who are no longer logged in. */
  async loggedOut(): Promise<readonly number[]> {
    const answers = await Promise.all(this.jars.map((_, user) => this.attempt(user, '/odoo')));
    return answers.filter(({ status }) => status !== 200).map(({ user }) => user);
  }

  /** Sends one request of a user. */
  async attempt(user: number, path: string, question: Question = {}): Promise<Attempt> {
    const { entrance, patienceMs = 5000 } = this.props;
    const name = `${user}-${this.attempts.length}-${Math.random()}`;
    const headers = {
      accept: question.method === 'POST' ? 'application/json' : 'text/html',
      ...question.headers,
      cookie: this.cookiesOf(user),
      'x-request-name': name,
    };
    const sent = Date.now() / 1000;
    const asked = entrance.ask(path, { ...question, headers }).catch(() => undefined);
    const answer = await Promise.race([asked, sleep(patienceMs, undefined, { ref: false })]);
    this.remember(user, answer?.headers['set-cookie'] ?? []);
    const attempt = { name, user, path, sent, ended: Date.now() / 1000, status: answer?.status ?? 0, answer };
    this.attempts.push(attempt);
    return attempt;
  }

  private cookiesOf(user: number): string {
    return [...(this.jars[user] ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  private remember(user: number, cookies: readonly string[]): void {
    for (const cookie of cookies) {
      const [name = '', value = ''] = (cookie.split(';', 1)[0] ?? '').split('=', 2);
      this.jars[user]?.set(name, value);
    }
  }

  private async workOf(user: number): Promise<void> {
    const { pauseMs = 100 } = this.props;
    for (let turn = user; !this.over; turn += 1) {
      if (turn % 3 === 0) await this.attempt(user, '/odoo');
      else await this.attempt(user, '/web/dataset/call_kw', { method: 'POST', body: '{}' });
      await sleep(pauseMs * (0.5 + Math.random()));
    }
  }
}
