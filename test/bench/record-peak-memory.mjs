// Preloaded into every Node process of a measured command: leaves its peak resident size (KiB) behind when it exits.
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  const directory = process.env.PEAKS;
  if (directory) writeFileSync(`${directory}/${process.pid}.peak`, String(process.resourceUsage().maxRSS));
});
