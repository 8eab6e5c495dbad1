import type { Templates } from '../support/templates.ts';

/** Also an array, by its indices. */
type JsonObject = Readonly<Record<string, unknown>>;

interface Found {
  readonly at: string;
  readonly text: string;
}

interface Elsewhere {
  /** Of the primary Region, for example `eu-central-1`. */
  readonly region: string;
  /** Names of its stacks. */
  readonly stacks: readonly string[];
}

/** What CloudFormation resolves by itself: only names that a reference completes are of the same stack. */
const NAMED_OUTRIGHT = /\{\{resolve:(?:secretsmanager|ssm|ssm-secure):[^}]/;

/** The CDK's own, in whichever Region the stack is. */
const BOOTSTRAP = '/cdk-bootstrap/hnb659fds/version';

/**
 * What in templates of the recovery Region is not there when the primary Region is gone: a Region or a stack of it by name, an
 * output that no stack beside it has, an export, a parameter or a secret by name.
 */
export function foreignReferences(templates: Templates, { region, stacks }: Elsewhere): readonly string[] {
  const named = new RegExp(`${region}|(?<![\\w-])(?:${stacks.join('|')})(?![\\w-])`);
  return Object.entries(templates).flatMap(([stack, template]) => [
    ...texts(template, stack)
      .filter(({ text }) => named.test(text) || NAMED_OUTRIGHT.test(text))
      .map(({ at, text }) => `${at}: ${text.slice(0, 120)}`),
    ...parametersOf(template, stack),
    ...nodes(template, stack).flatMap(({ at, node }) => strangersOutput(templates, at, node)),
  ]);
}

function strangersOutput(templates: Templates, at: string, node: JsonObject): string[] {
  if ('Fn::ImportValue' in node) return [`${at}: an export`];
  const output = node['Fn::GetStackOutput'];
  if (!isObject(output)) return [];
  const { StackName, OutputName } = output;
  const there = templates[String(StackName)]?.Outputs?.[String(OutputName)];
  return there === undefined ? [`${at}: ${String(StackName)} has no output ${String(OutputName)}`] : [];
}

function parametersOf(template: object, stack: string): string[] {
  const parameters = 'Parameters' in template && isObject(template.Parameters) ? template.Parameters : {};
  return Object.entries(parameters).flatMap(([name, parameter]) => {
    const { Type = '', Default = '' } = isObject(parameter) ? parameter : {};
    const isPublic = String(Default).startsWith('/aws/service/') || Default === BOOTSTRAP;
    return String(Type).startsWith('AWS::SSM') && !isPublic ? [`${stack}/${name}: ${String(Default)}`] : [];
  });
}

function texts(value: unknown, at: string): readonly Found[] {
  if (typeof value === 'string') return [{ at, text: value }];
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, part]) => [{ at, text: key }, ...texts(part, `${at}/${key}`)]);
}

function nodes(value: unknown, at: string): readonly { readonly at: string; readonly node: JsonObject }[] {
  if (!isObject(value)) return [];
  const below = Object.entries(value).flatMap(([key, part]) => nodes(part, `${at}/${key}`));
  return [{ at, node: value }, ...below];
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null;
}
