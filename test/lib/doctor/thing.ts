/** What a service says of something, in its own words. */
export interface Thing {
  // Whatever a test may want to change.
  [name: string]: unknown;
}

/** What is in it at a path, itself and not a copy, so that a test can change it; empty where there is nothing. */
export function part(thing: unknown, ...path: readonly (string | number)[]): Thing {
  const [step, ...rest] = path;
  const here: Thing = Object(thing);
  return step === undefined ? here : part(here[step], ...rest);
}

/** The entries of a list that is in it at a path; none where there is no list. */
export function parts(thing: unknown, ...path: readonly (string | number)[]): Thing[] {
  return Object.values(part(thing, ...path)).map((entry) => part(entry));
}
