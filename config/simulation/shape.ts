import type { Plan } from '../sizing/plan.ts';
import { FARGATE, INTERFERENCE, NETWORK_WAIT, slownessOf } from './assumptions.ts';
import type { ServiceShape } from './service.ts';

/** What a plan builds, as far as it bears on response times. */
export function shapeOf({ app, database, server, network }: Plan): ServiceShape {
  const common = { nodes: app.nodesMin, workersPerNode: app.workers, interference: INTERFERENCE };
  if (server !== undefined) {
    return {
      ...common,
      node: { vcpu: server.vcpu, slowness: slownessOf(server.instanceType) },
      zones: 1,
    };
  }
  return {
    ...common,
    node: { vcpu: app.vcpu, slowness: slownessOf(FARGATE) },
    database: { vcpu: database.vcpu, slowness: slownessOf(database.class) },
    zones: network.availabilityZones,
    network: NETWORK_WAIT,
  };
}
