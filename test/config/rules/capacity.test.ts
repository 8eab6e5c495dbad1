import { describe } from 'vitest';
import { itAccepts, itRefuses } from '../rule-table.ts';

const inSmall = (overrides: object, path: string) => ({
  when: `overrides.${path} in small`,
  tier: 'small' as const,
  change: { overrides },
  path: `overrides.${path}`,
  message: /^does not exist in the small architecture, which 10 users select$/,
  fix: /^remove it/,
});

describe('choices by hand', () => {
  itRefuses([
    inSmall({ app: { nodesMin: 2 } }, 'app.nodesMin'),
    inSmall({ app: { nodesMax: 2 } }, 'app.nodesMax'),
    inSmall({ app: { vcpu: 2 } }, 'app.vcpu'),
    inSmall({ app: { memoryMiB: 4096 } }, 'app.memoryMiB'),
    inSmall({ database: { class: 'db.m7g.large' } }, 'database.class'),
    inSmall({ database: { multiAz: false } }, 'database.multiAz'),
    inSmall({ natGateways: 1 }, 'natGateways'),
    {
      when: 'a server type in medium',
      change: { overrides: { instanceType: 't4g.xlarge' } },
      path: 'overrides.instanceType',
      message: /^does not exist in the medium architecture, which 40 users select$/,
      fix: /overrides\.app\.vcpu/,
    },
    {
      when: 'a server type in large',
      tier: 'large',
      change: { overrides: { instanceType: 't4g.xlarge' } },
      path: 'overrides.instanceType',
      message: /^does not exist in the large architecture/,
      fix: /^remove it/,
    },
    {
      when: 'a golden image in medium',
      change: { server: { goldenImage: '2026-11' } },
      path: 'server.goldenImage',
      message: /^does not exist in the medium architecture, which 40 users select$/,
      fix: /remove it; there, the container image does that/,
    },
    {
      when: 'a golden image in large',
      tier: 'large',
      change: { server: { goldenImage: '2026-11' } },
      path: 'server.goldenImage',
      message: /^does not exist in the large architecture/,
      fix: /^remove it/,
    },
    {
      when: 'another data volume in medium',
      change: { server: { dataVolume: '2026-11-22' } },
      path: 'server.dataVolume',
      message: /^does not exist in the medium architecture/,
      fix: /^remove it$/,
    },
    {
      when: 'a zone of the server in large',
      tier: 'large',
      change: { server: { zone: 2 } },
      path: 'server.zone',
      message: /^does not exist in the large architecture/,
      fix: /^remove it$/,
    },
    {
      when: 'a third zone where the Region has two',
      tier: 'small',
      change: { region: 'us-west-1', server: { zone: 3 } },
      path: 'server.zone',
      message: /^is none of the 2 Availability Zones of us-west-1$/,
      fix: /choose one/,
    },
    {
      when: 'two Availability Zones for one server',
      tier: 'small',
      change: { availability: 'multi-az' },
      path: 'availability',
      message: /^is not possible in small/,
      fix: /leave the field out/,
    },
    {
      when: 'fewer nodes at most than at least',
      change: { overrides: { app: { nodesMin: 3, nodesMax: 2 } } },
      path: 'overrides.app.nodesMax',
      message: /^is less than overrides\.app\.nodesMin, 3$/,
      fix: /raise nodesMax/,
    },
    {
      when: 'less storage than is deployed',
      change: { storage: { floorGiB: 200 }, overrides: { database: { storageGiB: 100 } } },
      path: 'overrides.database.storageGiB',
      message: /^is less than storage\.floorGiB, 200 GiB, and AWS cannot shrink/,
      fix: /raise it/,
    },
  ]);
  itAccepts([
    { when: 'a server type in small', tier: 'small', change: { overrides: { instanceType: 't4g.xlarge' } } },
    { when: 'another data volume in small', tier: 'small', change: { server: { dataVolume: '2026-11-22' } } },
    { when: 'the third zone of three', tier: 'small', change: { server: { zone: 3 } } },
    { when: 'a golden image in small', tier: 'small', change: { server: { goldenImage: '2026-11' } } },
    {
      when: 'as many nodes at least as at most',
      change: { overrides: { app: { nodesMin: 2, nodesMax: 2 } } },
    },
    {
      when: 'exactly the storage that is deployed',
      change: { storage: { floorGiB: 200 }, overrides: { database: { storageGiB: 200 } } },
    },
  ]);
});
