// @ts-check
import { copiedSecrets } from './copies.mjs';

/** Secrets Manager copies after a secret is made, and says nowhere here when it has. Some seconds, as a rule. */
const LOOKS = 9;
const MS_BETWEEN_LOOKS = 10_000;

/**
 * Finds the copies of secrets for what stands beside them before it is needed: ARNs by what they are for.
 *
 * @param {{
 *   clients: import('./copies.mjs').Clients,
 *   settings: { environment: string, secrets: string[] },
 *   sleep: (milliseconds: number) => Promise<void>,
 * }} surroundings
 */
export function createSecretsHandler({ clients, settings, sleep }) {
  const PhysicalResourceId = `secrets of ${settings.environment}`;
  /** @param {{ RequestType: 'Create' | 'Update' | 'Delete' }} event */
  return async function onSecrets({ RequestType }) {
    if (RequestType === 'Delete') return { PhysicalResourceId };
    return { PhysicalResourceId, Data: await found() };
  };

  /** @returns {Promise<Record<string, string>>} */
  async function found(looks = LOOKS) {
    try {
      return await copiedSecrets(clients, settings);
    } catch (error) {
      if (looks === 1) throw error;
      await sleep(MS_BETWEEN_LOOKS);
      return found(looks - 1);
    }
  }
}
