import type { Problem } from '../problem.ts';
import type { Draft, Rule } from './rule.ts';

/** Nobody is locked out by the second factor, and providers can send people back. */
export const signInRules: Rule = (draft) => [
  ...codesCanBeSent(draft),
  ...providersHaveAWayBack(draft),
  ...providersDiffer(draft),
];

/** Who has no app gets the code by e-mail; without one, nobody could log in any more, the administrator included. */
function codesCanBeSent({ settings: { signIn }, isWritten }: Draft): Problem[] {
  const { twoFactor } = signIn;
  if (twoFactor === 'off') {
    return [];
  }
  const problems: Problem[] = [];
  if (!isWritten('mail')) {
    problems.push({
      path: 'signIn.twoFactor',
      value: twoFactor,
      message:
        'locks everybody out who has no authenticator app: Odoo sends them a code, and cannot send mail',
      allowed: 'off, or any value together with mail',
      fix: "add mail, or write 'off'",
    });
  }
  if (!isWritten('signIn.administratorEmail')) {
    problems.push({
      path: 'signIn.administratorEmail',
      value: undefined,
      message: `is missing: with twoFactor '${twoFactor}' the login admin of a new database gets a code by e-mail, and has no address`,
      allowed: 'an e-mail address',
      fix: 'write the address of whoever logs in as admin first',
    });
  }
  return problems;
}

function providersHaveAWayBack({ settings: { signIn }, isWritten }: Draft): Problem[] {
  return signIn.providers.length === 0 || isWritten('domain')
    ? []
    : [
        {
          path: 'signIn.providers',
          value: signIn.providers.map(({ id }) => id),
          message: 'send people back to an https address, which an environment without a domain has not',
          allowed: 'only together with domain',
          fix: 'add domain, or remove the providers',
        },
      ];
}

function providersDiffer({ settings: { signIn } }: Draft): Problem[] {
  const ids = signIn.providers.map(({ id }) => id);
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))].map((id) => ({
    path: 'signIn.providers',
    value: id,
    message: 'is the id of two providers',
    allowed: 'an id of its own for each',
    fix: 'give the newer one another id',
  }));
}
