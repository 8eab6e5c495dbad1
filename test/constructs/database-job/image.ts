import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A module in the image. */
export interface ModuleFiles {
  /** @default '1.0' */
  readonly version?: string;
  /** Further files by name; `install.sql` and `update.sql` are what the stand-in for Odoo does. */
  readonly files?: Readonly<Record<string, string>>;
}

/** What is in the image before a test says otherwise. */
const IMAGE: Readonly<Record<string, ModuleFiles>> = {
  base: { version: '1.3' },
  web: { version: '1.3' },
  sale: {},
  mail: {},
  auth_signup: {},
  portal: {},
  auth_totp_mail: {},
  auth_totp_mail_enforce: {},
  auth_oauth: {},
};

/** Makes the directory the modules of an image, whatever it was before. */
export function writeImage(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
  for (const [name, module] of Object.entries(IMAGE)) writeModule(directory, name, module);
}

/** Adds a module to an image, or files and another version to one that is there. */
export function writeModule(
  directory: string,
  name: string,
  { version = '1.0', files = {} }: ModuleFiles = {},
): void {
  const manifest = `{'name': '${name}', 'version': '${version}'}\n`;
  for (const [file, text] of Object.entries({ '__manifest__.py': manifest, ...files })) {
    const path = join(directory, name, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
