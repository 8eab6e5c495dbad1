import type { BundleFile } from './host-bundle.ts';
import type { HostSettings } from './host-settings.ts';

/** Rendered configuration of the backups. */
export function backupFiles(_settings: HostSettings): BundleFile[] {
  return [];
}
