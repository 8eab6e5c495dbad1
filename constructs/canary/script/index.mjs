// @ts-check
// Entry point in the runtime of CloudWatch Synthetics, which brings the browser and this package along. Plain JavaScript, so
// that what is tested is what runs.
// @ts-expect-error -- the package is nowhere but in that runtime
import { synthetics } from '@aws/synthetics-playwright';
import { settingsFor } from './settings.mjs';
import { useOdoo } from './use-odoo.mjs';

/** @throws with every check that failed and why; that makes the run a failed one. */
export async function handler() {
  const settings = settingsFor(process.env['ODOO_URL']);
  try {
    const browser = await synthetics.launch();
    const page = await synthetics.newPage(browser);
    // Each check is a step: it has a metric of its own, and a picture of the page if it fails.
    await useOdoo(page, settings, (name, check) => synthetics.executeStep(name, check));
  } finally {
    await synthetics.close();
  }
}
