import { aws_ecs as ecs } from 'aws-cdk-lib';
import { DATABASE_NAME, DATABASE_ROLE } from '../database/odoo-database.ts';
import type { OutgoingMail } from '../mail/outgoing-mail.ts';
import { DATABASE_HOST, ODOO_CONF_SECRETS, renderOdooConf } from '../odoo-node/odoo-conf.ts';
import { nodeFile } from '../odoo-node/render-template.ts';
import {
  type ServerModules,
  serverModuleDirectories,
  serverModuleFiles,
} from '../odoo-node/server-modules.ts';
import {
  needsVerification,
  SMTP_SECRETS,
  smtpPasswordField,
  smtpSecretArguments,
} from '../odoo-node/smtp.ts';
import { trustedCertificates } from '../odoo-node/trusted-certificates.ts';
import { withoutComments } from '../shared/without-comments.ts';
import type { OdooTaskContainerProps, OdooTaskProps } from './odoo-task-props.ts';
import {
  configureArguments,
  ODOO_OWNER,
  ODOO_PATHS,
  type ConfigurationFile,
  type ScratchDirectory,
} from './task-layout.ts';

/** The container that writes the configuration of a task into its scratch directories, secrets filled in, and ends. */
export function configureContainer(
  props: OdooTaskProps,
  scratch: readonly ScratchDirectory[],
): OdooTaskContainerProps {
  const [databasePassword, masterPassword] = ODOO_CONF_SECRETS;
  const modules = serverModules(props);
  return {
    entryPoint: ['python3', '-c', withoutComments(nodeFile('configure.py'))],
    command: configureArguments(
      [...scratch.flatMap(({ directories }) => directories), ...moduleDirectories(modules)],
      [...odooFiles(props, modules), ...moduleFiles(modules), ...(props.files ?? [])],
      [
        ...(props.database.host === undefined ? ['--secret', DATABASE_HOST] : []),
        ...smtpSecretArguments(props.mail?.settings.login),
      ],
    ),
    secrets: {
      [databasePassword]: ecs.Secret.fromSecretsManager(props.databasePassword),
      [masterPassword]: ecs.Secret.fromSecretsManager(props.masterPassword),
      ...mailSecrets(props.mail),
    },
    mounts: scratch.map(({ name, path }) => ({ sourceVolume: name, containerPath: path, readOnly: false })),
  };
}

/** None for a job, whose log is read by whoever runs it. */
function serverModules({ role, version, sessionGuard, mail }: OdooTaskProps): ServerModules | undefined {
  return role.kind === 'job'
    ? undefined
    : {
        directory: ODOO_PATHS.serverModules,
        version,
        sessionGuard: sessionGuard && role.kind === 'web',
        verifiedMail: needsVerification(mail?.settings),
      };
}

function odooFiles(props: OdooTaskProps, modules: ServerModules | undefined): readonly ConfigurationFile[] {
  const { role, database, limits, region, mail } = props;
  const odooConf = renderOdooConf({
    role,
    database: {
      host: database.host,
      port: database.port,
      name: DATABASE_NAME,
      user: DATABASE_ROLE,
      sslMode: database.local === true ? 'disable' : 'verify-full',
    },
    limits,
    smtp: mail?.settings,
    serverModules: modules,
    dataDirectory: ODOO_PATHS.data,
    addonsPath: ODOO_PATHS.addons,
  });
  return [
    // Not for the group: nginx has the same one.
    { path: ODOO_PATHS.configuration, owner: ODOO_OWNER, mode: '0400', text: odooConf },
    ...(database.local === true ? [] : [certificates(region)]),
  ];
}

function certificates(region: string): ConfigurationFile {
  return {
    // Where libpq looks by itself, so that no variable has to name it: Odoo hands on nothing but sslmode.
    path: `${ODOO_PATHS.data}/.postgresql/root.crt`,
    owner: ODOO_OWNER,
    mode: '0400',
    text: trustedCertificates(region),
  };
}

function moduleDirectories(modules: ServerModules | undefined) {
  const paths = modules ? serverModuleDirectories(modules) : [];
  return paths.map((path) => ({ path, owner: '0:0', mode: '0755' }));
}

function moduleFiles(modules: ServerModules | undefined): readonly ConfigurationFile[] {
  const files = modules ? serverModuleFiles(modules) : [];
  return files.map((file) => ({ ...file, owner: '0:0', mode: '0444' }));
}

function mailSecrets(mail: OutgoingMail | undefined): Readonly<Record<string, ecs.Secret>> {
  if (mail?.settings.login === undefined || mail.credentials === undefined) return {};
  const [user, password] = SMTP_SECRETS;
  return {
    [user]: ecs.Secret.fromSecretsManager(mail.credentials, 'username'),
    [password]: ecs.Secret.fromSecretsManager(mail.credentials, smtpPasswordField(mail.settings.login)),
  };
}
