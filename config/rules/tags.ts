import type { Problem } from '../problem.ts';
import type { Rule } from './rule.ts';

/** AWS takes 50 tags on a resource; the rest is for the project's own and those of AWS services. */
const MOST_TAGS = 40;
/** What every AWS service takes in keys and values. */
const tagCharacters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
/** Keys that the project sets itself: for cost allocation, for the console and for permissions. */
const projectKeys = ['Name', 'OdooServer'];
const projectPrefix = 'odoo-aws:';

/** Tags that every AWS service accepts. */
export const tagRules: Rule = ({ settings: { tags } }) => {
  const keys = Object.keys(tags);
  const tooMany =
    keys.length <= MOST_TAGS
      ? []
      : [
          {
            path: 'tags',
            value: `${keys.length} tags`,
            message: 'are more than a resource can carry beside those of the project and of AWS',
            allowed: `up to ${MOST_TAGS}`,
            fix: 'remove some',
          },
        ];
  return [
    ...tooMany,
    ...keys.flatMap((key) => [...keyProblems(key, keys), ...valueProblems(key, tags[key] ?? '')]),
  ];
};

function keyProblems(key: string, keys: readonly string[]): Problem[] {
  const refuse = (message: string, allowed: string, fix: string) => [
    { path: `tags.${key}`, value: key, message, allowed, fix },
  ];
  if (/^aws:/i.test(key)) {
    return refuse(
      'has a key that begins with aws:, which AWS reserves',
      'a key without aws: in front',
      'rename the key',
    );
  }
  const lowerCase = key.toLowerCase();
  const taken =
    lowerCase.startsWith(projectPrefix) || projectKeys.some((own) => own.toLowerCase() === lowerCase);
  if (taken) {
    return refuse(
      'is a tag that the project sets itself, and IAM takes keys that differ in capitals only for the same',
      `any other key than ${projectKeys.join(', ')} and those that begin with ${projectPrefix}`,
      'remove it, or rename the key',
    );
  }
  if (key.length === 0 || key.length > 128 || !tagCharacters.test(key)) {
    return refuse(
      'has a key that AWS does not take',
      '1 to 128 letters, digits, spaces and + - = . _ : / @',
      'shorten the key or replace the other characters',
    );
  }
  const twin = keys.find((other) => other !== key && other.toLowerCase() === key.toLowerCase());
  if (twin !== undefined) {
    return refuse(
      `differs from ${twin} in capitals only, which IAM takes for the same key`,
      'keys that differ in more than capitals',
      'remove or rename one of them',
    );
  }
  return [];
}

function valueProblems(key: string, value: string): Problem[] {
  return value.length <= 256 && tagCharacters.test(value)
    ? []
    : [
        {
          path: `tags.${key}`,
          value,
          message: 'has a value that AWS does not take',
          allowed: 'up to 256 letters, digits, spaces and + - = . _ : / @',
          fix: 'shorten the value or replace the other characters',
        },
      ];
}
