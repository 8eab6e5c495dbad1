import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { OdooStandIn } from './harness/odoo-stand-in.ts';
import { RunningNode } from './harness/running-node.ts';

// By default nginx gives up after a minute of silence, and closes a connection that nobody used for 75 seconds.
describe.concurrent('after more than a minute of silence', { timeout: 120_000 }, () => {
  // Odoo 18 and 19 ping at least every 55 seconds.
  const pinging = new RunningNode({ odoo: new OdooStandIn({ pingEveryMs: 55_000 }) });
  const silent = new RunningNode({ odoo: new OdooStandIn({ pingEveryMs: 600_000 }) });
  beforeAll(() => Promise.all([pinging.start(), silent.start()]));
  afterAll(() => Promise.all([pinging.stop(), silent.stop()]));

  it.for([
    { name: 'with a ping of Odoo and its answer in between', node: pinging, pings: 1 },
    { name: 'even if nothing is said at all', node: silent, pings: 0 },
  ])('a websocket is open, $name', async ({ node, pings }, { expect }) => {
    const socket = await node.websocket();
    await sleep(65_000);
    expect(socket.pings).toBe(pings);
    expect(node.odoo.pongs).toBe(pings);
    socket.send('awake');
    await expect.poll(() => socket.messages).toEqual(['awake']);
  });

  it('a report arrives', async ({ expect }) => {
    silent.odoo.on('/report/pdf/long', async () => {
      await sleep(65_000);
      return { body: 'the report' };
    });
    const { status, body } = await silent.ask('/report/pdf/long');
    expect({ status, body: body.toString() }).toEqual({ status: 200, body: 'the report' });
  });

  it('a connection of the load balancer is still there to be used', async ({ expect }) => {
    const agent = new Agent({ keepAlive: true });
    await silent.ask('/odoo', { agent });
    await sleep(80_000);
    expect(Object.values(agent.freeSockets)).toHaveLength(1);
    expect((await silent.ask('/odoo', { agent })).status).toBe(200);
    agent.destroy();
  });
});
