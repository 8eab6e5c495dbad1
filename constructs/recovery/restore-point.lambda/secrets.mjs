// @ts-check
import { copiedSecrets } from './copies.mjs';

/**
 * Finds the copies of secrets for what stands beside them before it is needed: ARNs by what they are for.
 *
 * @param {{
 *   clients: import('./copies.mjs').Clients,
 *   settings: { environment: string, secrets: string[] },
 * }} surroundings
 */
export function createSecretsHandler({ clients, settings }) {
  const PhysicalResourceId = `secrets of ${settings.environment}`;
  /** @param {{ RequestType: 'Create' | 'Update' | 'Delete' }} event */
  return async function onSecrets({ RequestType }) {
    if (RequestType === 'Delete') return { PhysicalResourceId };
    return { PhysicalResourceId, Data: await copiedSecrets(clients, settings) };
  };
}
