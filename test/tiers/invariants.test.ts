import { describe, expect, it } from 'vitest';
import { environmentOf } from '../support/environments.ts';
import { relayMail, sesMail } from '../support/mail.ts';
import { type Templates, templatesOf } from '../support/templates.ts';
import { INVARIANTS } from './invariants.ts';

const ARCHITECTURES: Readonly<Record<string, () => Templates>> = {
  small: () => templatesOf(environmentOf(10, { mail: sesMail })),
  'small in production': () => templatesOf(environmentOf(25, { production: true, mail: relayMail })),
  medium: () => templatesOf(environmentOf(40, { mail: relayMail })),
  'medium in production': () =>
    templatesOf(environmentOf(60, { production: true, availability: 'multi-az' })),
  large: () => templatesOf(environmentOf(150)),
  'large in production': () =>
    templatesOf(environmentOf(150, { production: true, availability: 'multi-az', mail: sesMail })),
};

describe.each(Object.entries(ARCHITECTURES))('%s', (_name, build) => {
  const templates = build();

  it.each(Object.entries(INVARIANTS))('%s', (_statement, { offenders }) => {
    expect(offenders(templates)).toEqual([]);
  });
});

describe('each statement can fail', () => {
  it.each(Object.entries(INVARIANTS))('%s', (_statement, { offenders, counterexample }) => {
    expect(offenders({ Data: { Resources: { Planted: counterexample } } })).toEqual(['Data/Planted']);
  });
});
