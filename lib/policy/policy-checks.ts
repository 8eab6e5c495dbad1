import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

/**
 * Checks every resource of the app against cdk-nag's AwsSolutions pack whenever it is synthesized: an open finding
 * fails `cdk synth`, `diff` and `deploy`, and lands in `cdk.out/validation-report.json` for the auditor, as do the
 * acknowledged ones with their reasons.
 */
export function addPolicyChecks(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
