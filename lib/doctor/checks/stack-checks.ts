import type { Check } from '../check.ts';
import { templateDifference } from '../template-difference.ts';

const COMPLETE = new Set(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE']);

/** The stacks: are they there, whole, protected, and those of this checkout? */
export const stackChecks: readonly Check[] = [
  {
    name: 'account',
    asks: 'Are the credentials those of the account that the environment file names?',
    basis: 'environment file',
    todo: 'use credentials of that account (aws sts get-caller-identity); nothing below is about your environment until then',
    page: 'docs/doctor.md#what-it-must-be-allowed',
    async look(subject, findings) {
      const { environment } = subject;
      const account = await findings.read('the account of the credentials', async () =>
        (await subject.in()).account(),
      );
      if (account === undefined) return;
      if (environment.account === undefined)
        findings.see(`account ${account}; the environment file names none`);
      else findings.expect('the account', account, environment.account);
    },
  },
  {
    name: 'stacks',
    asks: 'Is every stack there, and has its last deployment ended well?',
    basis: 'templates',
    todo: 'read why (CloudFormation, the stack, tab Events), mend it and deploy again; a stack in UPDATE_ROLLBACK_FAILED takes "Continue update rollback" first',
    page: 'docs/architecture.md#stacks',
    async look(subject, findings) {
      await Promise.all(
        subject.props.stacks.map(async ({ name, region }) => {
          const answer = await findings.read(`stack ${name} in ${region}`, async () => {
            const deployed = await subject.in(region);
            return { stack: await deployed.stack(name) };
          });
          if (answer === undefined) return;
          const { stack } = answer;
          if (stack === undefined) return findings.fault(`${name} is not there, in ${region}`);
          const why = stack.StackStatusReason === undefined ? '' : `: ${stack.StackStatusReason}`;
          findings.require(
            COMPLETE.has(stack.StackStatus),
            `${name} is ${stack.StackStatus}`,
            `${name} is ${stack.StackStatus}${why}`,
          );
        }),
      );
    },
  },
  {
    name: 'resources',
    asks: 'Is everything there that the templates describe?',
    basis: 'templates',
    todo: 'deploy from the checkout that the environment is meant to run: npx cdk deploy -c env=ENV --all',
    page: 'docs/architecture.md#stacks',
    async look(subject, findings) {
      await Promise.all(
        subject.props.stacks.map(async ({ name, region, resources }) => {
          const found = await findings.read(`resources of ${name}`, async () =>
            (await subject.in(region)).resources(name),
          );
          if (found === undefined) return;
          const states = new Map(found.map((each) => [each.LogicalResourceId, each.ResourceStatus]));
          for (const [id, { Type }] of Object.entries(resources)) {
            const state = states.get(id);
            if (state === undefined) findings.fault(`${name} has no ${id} (${Type})`);
            else if (!COMPLETE.has(state)) findings.fault(`${name}, ${id} (${Type}) is ${state}`);
          }
          findings.see(`${name}: ${found.length} resources`);
        }),
      );
    },
  },
  {
    name: 'termination-protection',
    asks: 'Are the stacks that hold data protected from being deleted?',
    basis: 'templates',
    todo: 'aws cloudformation update-termination-protection --enable-termination-protection --stack-name STACK, and ask who took it off',
    page: 'docs/security.md#backups-against-whoever-may-delete',
    appliesTo: ({ props }) => props.stacks.some(({ terminationProtection }) => terminationProtection),
    async look(subject, findings) {
      const protectedStacks = subject.props.stacks.filter((stack) => stack.terminationProtection);
      await Promise.all(
        protectedStacks.map(async ({ name, region }) => {
          const stack = await findings.read(`stack ${name} in ${region}`, async () => {
            const found = await (await subject.in(region)).stack(name);
            if (found === undefined) throw new Error('it is not there');
            return found;
          });
          if (stack === undefined) return;
          findings.require(
            stack.EnableTerminationProtection,
            `${name} is protected`,
            `${name} may be deleted by one call`,
          );
        }),
      );
    },
  },
  {
    name: 'templates',
    asks: 'Is what is deployed what this checkout would deploy?',
    basis: 'templates',
    todo: 'look with npx cdk diff -c env=ENV. Is this checkout newer? Then deploy it, or run the doctor of the one that is deployed; if not, somebody deployed something else: deploy again',
    page: 'docs/doctor.md#what-is-compared-with-what',
    async look(subject, findings) {
      await Promise.all(
        subject.props.stacks.map(async ({ name, region, template }) => {
          const text = await findings.read(`template of ${name}`, async () =>
            (await subject.in(region)).template(name),
          );
          if (text === undefined) return;
          const differences = await findings.read(`template of ${name}`, async () =>
            templateDifference(text, template),
          );
          if (differences?.length === 0) findings.see(`${name} is the same`);
          for (const difference of differences ?? []) findings.fault(`${name}: ${difference}`);
        }),
      );
    },
  },
];
