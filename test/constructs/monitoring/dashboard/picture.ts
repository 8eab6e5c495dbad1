import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { production } from '../../../support/environments.ts';
import { widgetsOf } from './body.ts';
import { pageOf } from './page.ts';

/** Draws the dashboard of a production environment, with invented values: `picture.ts USERS FILE.png`. Needs Chromium. */
const [users = '150', file = 'dashboard.png'] = argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'odoo-aws-dashboard-'));
const page = join(directory, 'page.html');
writeFileSync(page, pageOf(widgetsOf(Number(users), production)));
const quiet = [
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const profile = `--user-data-dir=${directory}/profile`;
const picture = ['--window-size=1890,1000', `--screenshot=${resolve(file)}`, pathToFileURL(page).href];
const { status } = spawnSync('chromium', ['--headless', '--no-sandbox', ...quiet, profile, ...picture], {
  stdio: 'inherit',
});
rmSync(directory, { recursive: true, force: true });
process.exitCode = status ?? 1;
