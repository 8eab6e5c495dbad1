import { alignRows } from '../cli/text-layout.ts';
import type { PlannedEnvironment } from '../../config/load.ts';
import { NOT_PROVABLE_LOCALLY } from './limits.ts';
import { findPython, PYTHON_MISSING } from './python.ts';
import { Reporter } from './reporter.ts';
import { deployLocally, plannedEnvironments, synthesizeAll } from './run.ts';

// What `npm start` runs: from the environment files to a deployment on this machine, with everything it learned.
const reporter = new Reporter({ verbose: false });
try {
  const planned = await plannedEnvironments();
  reporter.section('The plan');
  console.log(
    alignRows(
      [['environment', 'users', 'architecture', 'Odoo', 'database', 'USD a month'], ...planned.map(row)],
      120,
    ),
  );
  reporter.line('npm run plan -- --env NAME explains every size.');
  reporter.section('Synthesize with policy checks');
  const synthesized = await synthesizeAll(planned, reporter);
  const python = await findPython();
  if (python === undefined) {
    sayPythonIsMissing();
  } else {
    await deployLocally(synthesized, python, reporter);
    summarize();
  }
  sayWhatIsNext(planned);
} catch (error) {
  reporter.fail(error instanceof Error ? error.message : String(error));
}
process.exitCode = reporter.failed > 0 ? 1 : 0;

function row({ environment, plan }: PlannedEnvironment): string[] {
  const { app, database, server } = plan;
  const nodes = app.nodesMin === app.nodesMax ? `${app.nodesMin}` : `${app.nodesMin} to ${app.nodesMax}`;
  return [
    environment.name,
    `${plan.users}`,
    plan.tier,
    server ? `1 ${server.instanceType}` : `${nodes} Fargate nodes of ${app.vcpu} vCPU`,
    server ? 'on the server' : `${database.class}${database.multiAz ? ' Multi-AZ' : ''}`,
    plan.costPerMonthUsd.total.toFixed(2),
  ];
}

function sayPythonIsMissing(): void {
  const stars = '*'.repeat(100);
  console.log(
    `\n${stars}\nNOTHING WAS DEPLOYED. The plan and the synthesis above are real; the local deployment was\n` +
      `left out, because the AWS emulator needs Python: ${PYTHON_MISSING}.\n${stars}`,
  );
}

function summarize(): void {
  reporter.section('Result');
  reporter.line(
    `${reporter.passed} statements about the deployed environments hold, ${reporter.failed} do not.`,
  );
  reporter.section('What this run cannot show');
  for (const limit of NOT_PROVABLE_LOCALLY) reporter.line(`- ${limit}`);
}

function sayWhatIsNext(planned: readonly PlannedEnvironment[]): void {
  const [first] = planned;
  if (!first) return;
  const { name, region, account = 'ACCOUNT' } = first.environment;
  reporter.section('Next, with a real account');
  reporter.line(`edit config/environments/${name}.ts: your domain and hosted zone, your Region, your users`);
  reporter.line(`npx cdk bootstrap aws://${account}/${region}`);
  reporter.line(`npx cdk deploy --all -c env=${name}`);
}
