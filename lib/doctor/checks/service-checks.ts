import { instant } from '../../backups/words.ts';
import type { Service } from '../answers.ts';
import type { Check } from '../check.ts';
import type { Findings } from '../findings.ts';
import type { Located, Subject } from '../subject.ts';

const TYPE = 'AWS::ECS::Service';
const MACHINE = 'AWS::StepFunctions::StateMachine';

const hasServices = (subject: Subject): boolean => subject.has(TYPE, 'Service');

async function eachService(
  subject: Subject,
  findings: Findings,
  judge: (service: Service, located: Located) => Promise<void> | void,
): Promise<void> {
  await Promise.all(
    subject.of([TYPE], 'Service').map(async (located) => {
      const found = await findings.read(`service ${located.place}`, () =>
        subject.ask(located, (deployed, arn) => deployed.service(arn)),
      );
      if (found !== undefined) await judge(found, located);
    }),
  );
}

/** The physical id of the task definition that a template gives a service. */
async function plannedDefinition(subject: Subject, findings: Findings, { stack, properties }: Located) {
  const reference = properties['TaskDefinition'];
  const logicalId: unknown =
    typeof reference === 'object' && reference !== null ? Reflect.get(reference, 'Ref') : undefined;
  const definition = subject
    .of(['AWS::ECS::TaskDefinition'])
    .find((located) => located.stack === stack && located.logicalId === logicalId);
  if (definition === undefined) return undefined;
  const arn = await findings.read(definition.place, () => subject.ask(definition, async (_, id) => id));
  return arn === undefined ? undefined : { arn, definition };
}

/** Odoo on ECS, in medium and large. */
export const serviceChecks: readonly Check[] = [
  {
    name: 'services',
    asks: 'Does every service run as many tasks as it should, with no deployment under way?',
    basis: 'this project',
    todo: 'look at the events of the service (ECS, the cluster, the service): they say why a task does not start; then at its log',
    page: 'docs/runbook.md#the-odoo-services',
    appliesTo: hasServices,
    look: (subject, findings) =>
      eachService(subject, findings, ({ serviceName: name, ...service }) => {
        const {
          status,
          desiredCount: desired,
          runningCount: running,
          pendingCount: pending,
          deployments,
        } = service;
        if (status !== 'ACTIVE') findings.fault(`${name} is ${status}`);
        findings.require(
          desired > 0 && running === desired && pending === 0,
          `${name}: ${running} of ${desired} tasks run`,
          `${name}: ${running} of ${desired} tasks run, ${pending} are starting`,
        );
        const unfinished = deployments.filter(
          ({ rolloutState = 'COMPLETED' }) => rolloutState !== 'COMPLETED',
        );
        for (const { rolloutState, rolloutStateReason = '' } of unfinished) {
          findings.fault(`${name}: its deployment is ${rolloutState}, ${rolloutStateReason}`);
        }
        if (unfinished.length === 0 && deployments.length > 1) {
          findings.fault(`${name}: tasks of ${deployments.length} deployments run beside each other`);
        }
      }),
  },
  {
    name: 'task-definitions',
    asks: 'Do the services run the task definitions of their stack?',
    basis: 'templates',
    todo: 'somebody updated the service past CloudFormation; deploy again, or take it back in ECS',
    page: 'docs/releases.md#what-happens',
    appliesTo: hasServices,
    look: (subject, findings) =>
      eachService(subject, findings, async ({ serviceName, taskDefinition }, located) => {
        const planned = await plannedDefinition(subject, findings, located);
        if (planned !== undefined)
          findings.expect(`${serviceName}: the task definition`, taskDefinition, planned.arn);
      }),
  },
  {
    name: 'release',
    asks: 'Is the Odoo that runs the one of this checkout?',
    basis: 'templates',
    todo: 'deploy this checkout, or look with the one that is deployed; an image that nobody here named is an incident',
    page: 'docs/releases.md#what-happens',
    appliesTo: hasServices,
    look: (subject, findings) =>
      eachService(subject, findings, async ({ serviceName, taskDefinition }, located) => {
        const planned = await plannedDefinition(subject, findings, located);
        const containers = await findings.read(`containers of ${serviceName}`, async () =>
          (await subject.in()).containers(taskDefinition),
        );
        if (planned === undefined || containers === undefined) return;
        for (const { name, image } of imagesOf(planned.definition)) {
          const running = containers.find((container) => container.name === name)?.image;
          // The image of a checkout with its own addons bears the account in its address.
          if (image === undefined)
            findings.see(`${serviceName}, ${name}: ${running}, which CloudFormation puts together`);
          else findings.expect(`${serviceName}, image of ${name}`, running, image);
        }
      }),
  },
  {
    name: 'scaling',
    asks: 'May the number of tasks move between the limits of the plan?',
    basis: 'plan',
    todo: 'deploy again: somebody changed the limits or suspended scaling (ECS, the service, tab Service auto scaling)',
    page: 'docs/runbook.md#web-cpu',
    appliesTo: (subject) => subject.has('AWS::ApplicationAutoScaling::ScalableTarget'),
    async look(subject, findings) {
      const [planned] = subject.of(['AWS::ApplicationAutoScaling::ScalableTarget']);
      const [web] = subject.of([TYPE], 'Service').filter(({ logicalId }) => logicalId.includes('Web'));
      if (planned === undefined || web === undefined) return;
      const found = await findings.read(`scaling, ${planned.place}`, () =>
        subject.ask(web, async (deployed, arn) => {
          const target = await deployed.scalableTarget(arn.slice(arn.indexOf('service/')));
          if (target === undefined) throw new Error('the service is registered for no scaling');
          return target;
        }),
      );
      if (found === undefined) return;
      findings.expect('the fewest tasks', found.MinCapacity, planned.properties['MinCapacity']);
      findings.expect('the most tasks', found.MaxCapacity, planned.properties['MaxCapacity']);
      const { DynamicScalingInSuspended: less = false, DynamicScalingOutSuspended: more = false } =
        found.SuspendedState ?? {};
      if (more) findings.fault('growing under load is suspended');
      if (less) findings.fault('shrinking after a load is suspended');
    },
  },
  {
    name: 'last-release',
    asks: 'Has the last release succeeded, and does none run now?',
    basis: 'this project',
    todo: 'open the execution in Step Functions: its last state says why; docs/releases.md says how to go back',
    page: 'docs/releases.md#how-to-undo',
    appliesTo: (subject) => subject.has(MACHINE, 'Release'),
    async look(subject, findings) {
      const [machine] = subject.of([MACHINE], 'Release');
      if (machine === undefined) return;
      const answer = await findings.read(`releases, ${machine.place}`, () =>
        subject.ask(machine, async (deployed, arn) => ({ last: await deployed.lastExecution(arn) })),
      );
      if (answer === undefined) return;
      const { last } = answer;
      if (last === undefined) return findings.see('none within the 90 days that Step Functions remembers');
      const text = `release ${last.name} of ${instant(last.startDate)} is ${last.status}`;
      findings.require(last.status === 'SUCCEEDED', text, text);
    },
  },
];

/** Where the address of an image is put together at deployment, there is none. */
function imagesOf({ properties }: Located): readonly { readonly name: string; readonly image?: string }[] {
  const definitions = properties['ContainerDefinitions'];
  if (!Array.isArray(definitions)) return [];
  return definitions.map((definition: unknown) => {
    const { Name, Image } = Object(definition);
    return { name: String(Name), ...(typeof Image === 'string' && { image: Image }) };
  });
}
