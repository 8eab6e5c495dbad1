import { expect } from 'vitest';
import type { Clients, Settings } from '../../../constructs/recovery/fence-guard.lambda/fence-guard.mjs';

const WHERE = {
  region: 'eu-west-1',
  bucket: 'audit-copy',
  fence: 'fence/fenced.json',
  note: 'fence/seen.json',
};
export const LARGE: Settings = {
  ...WHERE,
  services: {
    cluster: 'odoo',
    counts: { web: { desired: 3, scaled: { min: 3, max: 8 } }, cron: { desired: 1 } },
  },
};
export const SMALL: Settings = { ...WHERE, group: 'server-group' };

/** A cluster with two services, a group with a server, a bucket; tasks end when they were asked to twice. */
export class Account {
  objects: Record<string, string> = {};
  desired: Record<string, number> = { web: 5, cron: 1 };
  running: Record<string, number> = { web: 5, cron: 1 };
  bounds = { min: 3, max: 8 };
  group = 1;
  servers = 1;
  readonly calls: string[] = [];
  unreadable = false;
  refusesUpdates = false;

  readonly clients: Clients = {
    ecs: {
      updateService: async ({ cluster, service, desiredCount }) => {
        if (this.refusesUpdates) throw new Error('throttled');
        this.calls.push(
          `${cluster}/${service} to ${desiredCount} within ${this.bounds.min} to ${this.bounds.max}`,
        );
        this.desired[service] = desiredCount;
      },
      describeServices: async () => ({
        services: Object.entries(this.desired).map(([service, desired]) => {
          const before = this.running[service] ?? 0;
          this.running[service] = desired;
          return { runningCount: before, pendingCount: 0 };
        }),
      }),
    },
    applicationAutoScaling: {
      registerScalableTarget: async ({ ResourceId, MinCapacity, MaxCapacity }) => {
        expect(ResourceId).toBe('service/odoo/web');
        this.bounds = { min: MinCapacity, max: MaxCapacity };
      },
    },
    autoScaling: {
      updateAutoScalingGroup: async ({ AutoScalingGroupName, MinSize, MaxSize, DesiredCapacity }) => {
        expect([AutoScalingGroupName, MinSize, MaxSize]).toEqual([
          'server-group',
          DesiredCapacity,
          DesiredCapacity,
        ]);
        this.group = DesiredCapacity;
      },
      describeAutoScalingGroups: async () => {
        const before = this.servers;
        this.servers = this.group;
        return { AutoScalingGroups: [{ Instances: Array.from({ length: before }, () => ({})) }] };
      },
    },
    s3: {
      getObject: async ({ Bucket, Key }) => {
        expect(Bucket).toBe('audit-copy');
        if (this.unreadable) throw new Error('no route to eu-west-1');
        const text = this.objects[Key];
        if (text === undefined) throw Object.assign(new Error('not there'), { name: 'NoSuchKey' });
        return { Body: { transformToString: async () => text } };
      },
      putObject: async ({ Key, Body }) => {
        this.objects[Key] = Body;
      },
      deleteObject: async ({ Key }) => {
        expect(Key).toBe('fence/seen.json');
        delete this.objects[Key];
      },
    },
  };

  fence(fencedAt: string): void {
    this.objects['fence/fenced.json'] = JSON.stringify({ fencedAt });
  }

  lift(): void {
    delete this.objects['fence/fenced.json'];
  }

  get seen(): unknown {
    return JSON.parse(this.objects['fence/seen.json'] ?? 'null');
  }
}
