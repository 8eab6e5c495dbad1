import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseServer, removeCommonFiles } from './database/database-server.ts';
import { Office } from './database/office.ts';
import { expectProtection } from './database/outage.ts';
import { WatchedNode } from './database/watched-node.ts';

/** Databases and a node take a second to come up, and half a minute on a machine that is very busy. */
const SETUP_MS = 60_000;

/** A server that ends closes its connections; what it takes to say so, on a busy machine. */
const TOLD_WITHIN_MS = 1000;

describe('a database outage on the same host', { timeout: 60_000 }, () => {
  let database: DatabaseServer;
  let node: WatchedNode;
  let office: Office;

  beforeAll(async () => {
    database = await DatabaseServer.start();
  }, SETUP_MS);
  afterAll(async () => {
    await database.destroy();
    await removeCommonFiles();
  });

  beforeEach(async () => {
    const { port, caBundle } = database;
    node = await WatchedNode.start({ database: { host: 'localhost', port, caBundle } });
    office = new Office({ entrance: node.nginx, users: 20 });
    await expect.poll(watchers).toBe(1);
    await office.open();
  }, SETUP_MS);
  afterEach(async () => {
    await node.stop();
    if (!database.running) await database.start();
  });

  it.each([
    ['is stopped', () => database.stop('fast')],
    ['is stopped at once', () => database.stop('immediate')],
    ['is killed', () => database.kill()],
  ])('reaches nobody when the server %s and started again', (how, strike) =>
    expectProtection(`server ${how}`, {
      office,
      node,
      strike,
      recover: start,
      noticedWithinMs: TOLD_WITHIN_MS,
    }),
  );

  it('reaches nobody when the server restarts', async () => {
    let restart: Promise<void> | undefined;
    await expectProtection('server restarts', {
      office,
      node,
      strike: () => {
        restart = database.stop('fast').then(() => database.start());
      },
      recover: () => restart,
      noticedWithinMs: TOLD_WITHIN_MS,
      lastsMs: 0,
    });
  });

  it('reaches nobody when one connection is killed, after which the server starts over by itself', () =>
    expectProtection('connection killed', {
      office,
      node,
      strike: () => database.killOneConnection(),
      recover: () => expect.poll(() => database.answers).toBe(true),
      noticedWithinMs: TOLD_WITHIN_MS,
      lastsMs: 0,
    }));

  it('leaves open websockets alone', async () => {
    const websocket = await node.nginx.websocket();
    await database.stop('fast');
    await expect.poll(() => node.flagIsUp).toBe(true);
    websocket.send('still here');
    await expect.poll(() => websocket.messages).toEqual(['still here']);
    await database.start();
    await expect.poll(() => node.flagIsUp).toBe(false);
    websocket.send('still here');
    await expect.poll(() => websocket.messages).toHaveLength(2);
    websocket.drop();
  });

  it('lets the load balancer see a healthy node meanwhile', async () => {
    await database.stop('fast');
    await expect.poll(() => node.flagIsUp).toBe(true);
    expect(await node.nginx.ask('/web/health')).toMatchObject({ status: 200 });
  });

  /** A server that was killed leaves processes that need a moment to notice. */
  async function start(): Promise<void> {
    await expect
      .poll(() =>
        database.start().then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
  }

  function watchers(): number {
    return Number(
      database.sql(
        "SELECT count(*) FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE ssl AND application_name = 'odoo-database-watch'",
      ),
    );
  }
});
