import { loadEnvironmentFiles, resolveAll } from '../config/load.ts';
import { formatProblems } from '../config/format-problems.ts';
import { addEnvironments, createApp } from '../lib/odoo-app.ts';

// What `cdk.json` runs: `cdk synth|diff|deploy [-c env=NAME] [-c users=N]`.
const app = createApp();
const selection = { env: app.node.tryGetContext('env'), users: app.node.tryGetContext('users') };
const resolved = resolveAll(await loadEnvironmentFiles(), selection);

if (resolved.ok) {
  addEnvironments(app, resolved.value);
  app.synth();
} else {
  console.error(formatProblems(resolved.problems));
  process.exitCode = 1;
}
