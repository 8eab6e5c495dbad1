import { formatProblems } from '../../config/format-problems.ts';
import type { Environment } from '../../config/environment.ts';
import { sizeEnvironment } from '../../config/sizing/size.ts';
import { addEnvironments } from '../../lib/odoo-app.ts';
import { addRecoveredEnvironment } from '../../lib/odoo-environment.ts';
import { testApp } from './stack.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: string | readonly string[];
}

export interface TemplateJson {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

/** Templates of one environment by stack purpose: `Network`, `Data`, and so on. */
export type Templates = Readonly<Record<string, TemplateJson>>;

/** One resource with where it stands, for statements over a whole environment. */
export interface Located {
  readonly stack: string;
  readonly logicalId: string;
  readonly resource: Resource;
}

/** Synthesizes one environment as the app does, without policy checks and without the command line. */
export function templatesOf(environment: Environment): Templates {
  const plan = sizeEnvironment(environment);
  if (!plan.ok) throw new Error(formatProblems(plan.problems));
  const app = testApp();
  addEnvironments(app, [{ environment, plan: plan.value }]);
  const prefix = `${environment.name}-`;
  return Object.fromEntries(
    app.synth().stacks.map((stack) => [stack.stackName.slice(prefix.length), stack.template]),
  );
}

/**
 * Synthesizes one environment as `-c recover=` does. With full stack names: those of the copies are among them.
 *
 * @param wanted - `latest`, or a moment.
 */
export function recoveredTemplatesOf(environment: Environment, wanted = 'latest'): Templates {
  const plan = sizeEnvironment(environment);
  if (!plan.ok) throw new Error(formatProblems(plan.problems));
  const app = testApp();
  addRecoveredEnvironment(app, { environment, plan: plan.value }, wanted);
  return Object.fromEntries(app.synth().stacks.map(({ stackName, template }) => [stackName, template]));
}

export function resourcesOf(templates: Templates, ...types: readonly string[]): Located[] {
  return Object.entries(templates).flatMap(([stack, template]) =>
    Object.entries(template.Resources)
      .filter(([, resource]) => types.length === 0 || types.includes(resource.Type))
      .map(([logicalId, resource]) => ({ stack, logicalId, resource })),
  );
}
