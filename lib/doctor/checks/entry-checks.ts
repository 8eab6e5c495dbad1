import type { Check } from '../check.ts';

const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
const LISTENER = 'AWS::ElasticLoadBalancingV2::Listener';
const TARGET_GROUP = 'AWS::ElasticLoadBalancingV2::TargetGroup';
const ASSOCIATION = 'AWS::WAFv2::WebACLAssociation';
const WEB_ACL = 'AWS::WAFv2::WebACL';

/** The load balancer and what stands in front of it, in medium and large. */
export const entryChecks: readonly Check[] = [
  {
    name: 'targets',
    asks: 'Does the load balancer find as many healthy nodes as the plan has at least?',
    basis: 'plan',
    todo: 'EC2, Target groups, tab Targets says why a node is not healthy',
    page: 'docs/runbook.md#load-balancer-unhealthy-target',
    appliesTo: (subject) => subject.has(TARGET_GROUP),
    async look(subject, findings) {
      await Promise.all(
        subject.of([TARGET_GROUP]).map(async (located) => {
          const targets = await findings.read(`targets, ${located.place}`, () =>
            subject.ask(located, (deployed, arn) => deployed.targets(arn)),
          );
          if (targets === undefined) return;
          const states = targets.map(({ Target, TargetHealth: { State, Reason } }) => ({
            healthy: State === 'healthy',
            // What ends after a deployment or a load is not sick.
            ending: State === 'draining',
            text: `${Target.Id} is ${State}${Reason === undefined ? '' : `, ${Reason}`}`,
          }));
          const healthy = states.filter((state) => state.healthy).length;
          const needed = subject.plan.app.nodesMin;
          findings.require(
            healthy >= needed,
            `${healthy} healthy`,
            `${healthy} are healthy, planned are ${needed} at least`,
          );
          for (const { healthy: well, ending, text } of states) {
            if (!well && !ending) findings.fault(text);
          }
        }),
      );
    },
  },
  {
    name: 'load-balancer',
    asks: 'Is the load balancer active, with the settings of its template?',
    basis: 'templates',
    todo: 'deploy again: somebody changed it by hand',
    page: 'docs/firewall.md#the-load-balancer',
    appliesTo: (subject) => subject.has(LOAD_BALANCER),
    async look(subject, findings) {
      await Promise.all(
        subject.of([LOAD_BALANCER]).map(async (located) => {
          const answers = await findings.read(`load balancer, ${located.place}`, () =>
            subject.ask(located, async (deployed, arn) => ({
              balancer: await deployed.loadBalancer(arn),
              attributes: await deployed.loadBalancerAttributes(arn),
            })),
          );
          if (answers === undefined) return;
          findings.expect('its state', answers.balancer.State.Code, 'active');
          for (const { Key, Value } of attributesOf(located.properties['LoadBalancerAttributes'])) {
            findings.expect(Key, answers.attributes[Key], Value);
          }
        }),
      );
    },
  },
  {
    name: 'tls',
    asks: 'Does the load balancer speak the planned TLS, and send plain HTTP there?',
    basis: 'templates',
    todo: 'deploy again: somebody changed a listener by hand',
    page: 'docs/security.md#encryption',
    appliesTo: (subject) => subject.has(LISTENER),
    async look(subject, findings) {
      const [balancer] = subject.of([LOAD_BALANCER]);
      if (balancer === undefined) return;
      const listeners = await findings.read(`listeners, ${balancer.place}`, () =>
        subject.ask(balancer, (deployed, arn) => deployed.listeners(arn)),
      );
      if (listeners === undefined) return;
      for (const { properties } of subject.of([LISTENER])) {
        const { Port, Protocol, SslPolicy } = properties;
        const found = listeners.find((listener) => listener.Port === Number(Port));
        findings.expect(`protocol of port ${String(Port)}`, found?.Protocol ?? 'nobody listens', Protocol);
        findings.expect(`TLS policy of port ${String(Port)}`, found?.SslPolicy, SslPolicy);
      }
      const planned = subject.of([LISTENER]).map(({ properties }) => Number(properties['Port']));
      for (const { Port, Protocol } of listeners) {
        if (!planned.includes(Port)) findings.fault(`somebody made port ${Port} listen, ${Protocol}`);
      }
    },
  },
  {
    name: 'firewall',
    asks: 'Does the web application firewall stand in front of the load balancer?',
    basis: 'templates',
    todo: 'deploy again; until then attackers reach Odoo unfiltered. Who took it off?',
    page: 'docs/firewall.md',
    appliesTo: (subject) => subject.has(ASSOCIATION),
    async look(subject, findings) {
      const [balancer] = subject.of([LOAD_BALANCER]);
      const [acl] = subject.of([WEB_ACL]);
      if (balancer === undefined || acl === undefined) return;
      const found = await findings.read(`firewall of ${balancer.place}`, () =>
        subject.ask(balancer, async (deployed, arn) => ({ firewall: await deployed.firewall(arn) })),
      );
      // Name, id and scope of the firewall, of which CloudFormation makes its id.
      const planned = await findings.read(acl.place, () => subject.ask(acl, async (_, id) => id));
      if (found === undefined || planned === undefined) return;
      const [name, id] = planned.split('|');
      if (found.firewall === undefined) return findings.fault('no firewall stands in front of it');
      findings.require(
        id !== undefined && found.firewall.endsWith(`/${id}`),
        `${name} stands in front of it`,
        `another firewall stands in front of it: ${found.firewall}`,
      );
    },
  },
];

function attributesOf(value: unknown): readonly { readonly Key: string; readonly Value: unknown }[] {
  if (!Array.isArray(value)) return [];
  return value.map((attribute: unknown) => {
    const { Key, Value } = Object(attribute);
    return { Key: String(Key), Value };
  });
}
