import { formatProblems } from '../../config/format-problems.ts';
import { loadEnvironmentFiles, resolveAll } from '../../config/load.ts';
import { addEnvironments, createApp } from '../../lib/odoo-app.ts';

// The production environment as shipped, as many times as COUNT says: the marginal cost of one more environment.
const count = Number(process.env['COUNT']);
const production = resolveAll(await loadEnvironmentFiles(), { env: 'prod' });
if (!production.ok) throw new Error(formatProblems(production.problems));
const [prod] = production.value;
if (prod === undefined) throw new Error('the environment prod is missing');

const app = createApp();
addEnvironments(
  app,
  Array.from({ length: count }, (_, index) => {
    const name = `prod${index}`;
    return { environment: { ...prod.environment, name }, plan: { ...prod.plan, environment: name } };
  }),
);
app.synth();
