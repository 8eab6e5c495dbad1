/**
 * What there is in a Region. `primary`: the environment at home. `recovery`: copies of that. `recovered`: the environment, brought
 * back from those, in the same Region.
 */
export type Role = 'primary' | 'recovery' | 'recovered';
