import { App, type AppProps, cx_api as cxapi } from 'aws-cdk-lib';
import cdkJson from '../cdk.json' with { type: 'json' };
import type { PlannedEnvironment } from '../config/load.ts';
import { addEnvironment } from './odoo-environment.ts';
import { addPolicyChecks } from './policy/policy-checks.ts';

/**
 * The CDK app with its settings, still without environments.
 *
 * - The CDK's built-in CloudFormation validation costs several times the synthesis itself; it runs only when
 *   `CDK_VALIDATION=true` asks for it, as CI does once per environment. The policy checks run always.
 * - Stack traces hold paths of the machine, so that no two checkouts would synthesize the same bytes. They show where
 *   in the source a resource comes from, and are on with `cdk synth --debug`.
 */
export function createApp(props: AppProps = {}): App {
  const debug = process.env['CDK_DEBUG'] === 'true';
  const app = new App({
    ...props,
    // The command line hands these over as well. Run without it, the app would build with other feature flags.
    context: { ...cdkJson.context, ...props.context },
    analyticsReporting: false,
    stackTraces: debug,
    treeMetadata: false,
    builtinCloudFormationValidation: process.env['CDK_VALIDATION'] === 'true',
  });
  app.node.setContext(cxapi.DISABLE_CREATION_STACK_TRACES, !debug);
  addPolicyChecks(app);
  return app;
}

/** Adds the stacks of every environment; they stand beside each other in the app, their names begin with theirs. */
export function addEnvironments(app: App, planned: readonly PlannedEnvironment[]): void {
  for (const each of planned) addEnvironment(app, each);
}
