import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { jsonText } from '../release/json-text.ts';

const section = z.record(z.string(), z.unknown()).default({});
const template = z.looseObject({
  Resources: z.record(z.string(), z.looseObject({ Type: z.string(), Properties: section })),
});
type Template = z.infer<typeof template>;
type Resource = Template['Resources'][string];

/**
 * What a deployment would change, resource by resource and with the names of properties; nothing where the templates are the
 * same.
 *
 * @param deployed - as CloudFormation gives it back.
 * @throws if it is not a template in JSON, as the CDK writes it.
 */
export function templateDifference(deployed: string, synthesized: unknown): readonly string[] {
  const before = template.parse(mangled(jsonText.parse(deployed)));
  const after = template.parse(mangled(synthesized));
  const changes = resourceChanges(before, after);
  return isDeepStrictEqual(rest(before), rest(after)) ? changes : [...changes, ...restChanges(before, after)];
}

/** CloudFormation gives a question mark back for each character that is not ASCII; otherwise each of them would be a change. */
function mangled(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(/[\u{80}-\u{10ffff}]/gu, '?'));
}

function resourceChanges({ Resources: before }: Template, { Resources: after }: Template): readonly string[] {
  const ids = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return ids.flatMap((id) => {
    const [deployed, synthesized] = [before[id], after[id]];
    if (deployed === undefined) return [`${id} (${synthesized?.Type}) would be made`];
    if (synthesized === undefined) return [`${id} (${deployed.Type}) would be removed`];
    const [old, made] = [withoutNotes(deployed), withoutNotes(synthesized)];
    if (isDeepStrictEqual(old, made)) return [];
    const names = [
      ...changed(old.Properties, made.Properties),
      ...changed(attributes(old), attributes(made)),
    ];
    return [`${id} (${made.Type}) would change: ${names.join(', ')}`];
  });
}

/** DependsOn, DeletionPolicy and the like. */
function attributes(resource: Resource): Readonly<Record<string, unknown>> {
  return { ...resource, Properties: undefined };
}

/** The command line of the CDK notes where in the app a resource comes from, and which files it was made of. Neither deploys anything. */
function withoutNotes({ Metadata: metadata, ...resource }: Resource): Resource {
  const others = Object.entries(Object(metadata)).filter(([name]) => !/^aws:(cdk|asset):/.test(name));
  return others.length === 0 ? resource : { ...resource, Metadata: Object.fromEntries(others) };
}

/** Everything but the resources: outputs, parameters, mappings. */
function rest(whole: Template): Readonly<Record<string, unknown>> {
  return { ...whole, Resources: undefined };
}

function restChanges(before: Template, after: Template): readonly string[] {
  return changed(rest(before), rest(after)).map((name) => `${name} would change`);
}

function changed(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !isDeepStrictEqual(before[name], after[name])).toSorted();
}
