import type { EnvironmentFile } from './schema.ts';

/**
 * Describes an environment; the default export of a file in `config/environments/`. It only gives the editor the types:
 * validation happens when the environment is loaded, so that every problem of every file shows at once.
 */
export function defineEnvironment(file: EnvironmentFile): EnvironmentFile {
  return file;
}
