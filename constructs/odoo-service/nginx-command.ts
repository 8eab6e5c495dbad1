import { nodeFile } from '../odoo-node/render-template.ts';

/**
 * Starts nginx in the foreground so that SIGTERM and SIGQUIT both let it finish its requests. Not the entry point of
 * the image, which writes into /etc/nginx and leaves SIGTERM to drop them.
 *
 * @param configuration - path of the rendered `nginx.conf`.
 */
export function nginxCommand(configuration: string): readonly string[] {
  return ['sh', '-c', nodeFile('run-nginx.sh'), 'run-nginx', configuration];
}
