import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { compare } from './growth/comparison.ts';
import { NewSide } from './growth/new-side.ts';
import { OldServer } from './growth/old-server.ts';

let old: OldServer;
let grown: NewSide;
beforeEach(async () => {
  old = await OldServer.start();
  grown = await NewSide.start(old.host);
});
afterEach(async () => {
  grown?.stop();
  await old?.stop();
});

describe('a database that moves while users work in it', () => {
  it('arrives with every row and every attachment', async () => {
    await old.boot();
    await sleep(1500);
    const handedOver = await old.handOver();
    expect(handedOver.code, handedOver.output).toBe(0);
    const { dump, manifest } = JSON.parse(handedOver.output.trim().split('\n').at(-1) ?? '');
    console.log(handedOver.output);
    const run = await grown.receive({ dump, manifest, commit: true });
    console.log(run.output);
    expect(run.code, run.output).toBe(0);
    const compared = compare(
      { cluster: old.cluster, filestore: old.host.filestore },
      { cluster: grown.bench.cluster, filestore: grown.filestore },
    );
    expect(compared.differences).toEqual([]);
    console.log(compared, old.confirmed.length);
  });
});
