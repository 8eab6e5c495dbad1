import { loadEnvironmentFiles, resolveAll } from '../config/load.ts';
import { formatProblems } from '../config/format-problems.ts';
import type { Problem } from '../config/problem.ts';
import { readRecover } from '../config/recover.ts';
import { addEnvironments, createApp } from '../lib/odoo-app.ts';
import { addRecoveredEnvironment } from '../lib/odoo-environment.ts';

// What `cdk.json` runs: `cdk synth|diff|deploy [-c env=NAME] [-c users=N] [-c recover=latest|TIME]`.
const app = createApp();
const selection = { env: app.node.tryGetContext('env'), users: app.node.tryGetContext('users') };
const resolved = resolveAll(await loadEnvironmentFiles(), selection);

const recover: unknown = app.node.tryGetContext('recover');

if (!resolved.ok) {
  refuse(resolved.problems);
} else if (recover === undefined) {
  addEnvironments(app, resolved.value);
  app.synth();
} else {
  const moment = readRecover(recover, selection.env, resolved.value);
  if (moment.ok) {
    for (const planned of resolved.value) addRecoveredEnvironment(app, planned, moment.value);
    app.synth();
  } else {
    refuse(moment.problems);
  }
}

function refuse(problems: readonly Problem[]): void {
  console.error(formatProblems(problems));
  process.exitCode = 1;
}
