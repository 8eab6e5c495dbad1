import type { App, Stack } from 'aws-cdk-lib';
import { LogKey } from '../../constructs/encryption/log-key.ts';
import { OdooNetwork } from '../../constructs/network/odoo-network.ts';
import { testApp, testStack } from './stack.ts';

/** A network in a stack of its own, as in the product, for constructs of other stacks to stand in. */
export function testNetwork({ app = testApp(), natGateways = 1 } = {}): {
  readonly app: App;
  readonly stack: Stack;
  readonly network: OdooNetwork;
  readonly logKey: LogKey;
} {
  const stack = testStack(app, 'test-Network');
  const logKey = new LogKey(stack, 'LogKey');
  const network = new OdooNetwork(stack, 'Network', {
    network: { kind: 'new', cidr: '10.40.0.0/16' },
    natGateways,
    logKey,
    logRetentionDays: 30,
  });
  return { app, stack, network, logKey };
}
