import type { OdooVersion } from '../../config/environment.ts';
import { nodeFile } from './render-template.ts';

/** Modules of this project that Odoo loads by itself, whatever is installed in its database. */
export interface ServerModules {
  /** Directory that holds them on the node. */
  readonly directory: string;
  /** Series of the Odoo that loads them, whose own modules they stand beside. */
  readonly version: OdooVersion;
  /** Whether a request without a database leaves its session alone; see `odoo.sessionGuard` of the environment file. */
  readonly sessionGuard: boolean;
  /**
   * Whether Odoo makes sure of the mail server in its configuration file before it logs in there.
   *
   * @default false
   */
  readonly verifiedMail?: boolean;
}

/** What the files depend on. */
type Choice = Omit<ServerModules, 'version'>;

/** A file of a module. */
export interface ModuleFile {
  /** Absolute where the directory of the modules is. */
  readonly path: string;
  readonly text: string;
}

/** What Odoo loads without being told; naming others replaces the list, and 19 without `rpc` answers no XML-RPC. */
const ODOO_OWN: Readonly<Record<OdooVersion, readonly string[]>> = {
  '18.0': ['base', 'web'],
  '19.0': ['base', 'rpc', 'web'],
};

/** Names for `server_wide_modules`. The log comes first, so that the others are heard in it. */
export function serverWideModules({ version, ...choice }: ServerModules): readonly string[] {
  return [...ownModules(choice), ...ODOO_OWN[version]];
}

/** The files of the modules in use. */
export function serverModuleFiles(choice: Choice): readonly ModuleFile[] {
  return ownModules(choice).flatMap((module) =>
    ['__manifest__.py', '__init__.py'].map((file) => ({
      path: `${choice.directory}/${module}/${file}`,
      text: nodeFile(`addons/${module}/${file}`),
    })),
  );
}

/** The directories that hold them, parents first. */
export function serverModuleDirectories(choice: Choice): readonly string[] {
  const { directory } = choice;
  return [directory, ...ownModules(choice).map((module) => `${directory}/${module}`)];
}

function ownModules({ sessionGuard, verifiedMail = false }: Choice): readonly string[] {
  return [
    'structured_logs',
    ...(sessionGuard ? ['session_guard'] : []),
    ...(verifiedMail ? ['verified_mail'] : []),
  ];
}
