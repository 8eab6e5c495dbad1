import { App, type AppProps } from 'aws-cdk-lib';
import type { PlannedEnvironment } from '../config/load.ts';
import { addEnvironment } from './odoo-environment.ts';
import { addPolicyChecks } from './policy/policy-checks.ts';

/**
 * The CDK app with its settings, still without environments.
 *
 * The CDK's built-in CloudFormation validation costs several times the synthesis itself; it is off unless the context
 * `validate=true` asks for it, as CI does once per environment. cdk-nag runs always.
 */
export function createApp(props: AppProps = {}): App {
  const app: App = new App({
    ...props,
    analyticsReporting: false,
    stackTraces: false,
    treeMetadata: false,
    builtinCloudFormationValidation: process.env['CDK_VALIDATION'] === 'true',
  });
  addPolicyChecks(app);
  return app;
}

/** Adds the stacks of every environment; they stand beside each other in the app, their names begin with theirs. */
export function addEnvironments(app: App, planned: readonly PlannedEnvironment[]): void {
  for (const each of planned) addEnvironment(app, each);
}
