import type { BundleFile } from './host-bundle.ts';
import type { HostSettings } from './host-settings.ts';

/** Rendered configuration of firewall, updates and monitoring. */
export function upkeepFiles(_settings: HostSettings): BundleFile[] {
  return [];
}
