import { type Browser, chromium, type LaunchOptions } from 'playwright-core';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const OF_MACOS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Without a window, and without anything that Chromium asks of its maker. */
export function chromiumOptions(): LaunchOptions {
  return {
    executablePath: executable(),
    // Root has no sandbox to give it.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  };
}

/** Starts the Chromium of this machine. */
export async function startChromium(): Promise<Browser> {
  return chromium.launch(chromiumOptions());
}

function executable(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...OF_MACOS];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) throw new Error('no Chromium on this machine; npm test installs it, or says how');
  return found;
}
