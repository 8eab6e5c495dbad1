import { describe } from 'vitest';
import { itAccepts, itRefuses } from '../rule-table.ts';

const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, 'value']));

describe('tags', () => {
  itRefuses([
    {
      when: 'a key that AWS reserves',
      change: { tags: { 'AWS:owner': 'me' } },
      path: 'tags.AWS:owner',
      message: /which AWS reserves$/,
      fix: /rename the key/,
    },
    {
      when: 'a key that the project sets, in other capitals too',
      change: { tags: { 'Odoo-AWS:environment': 'test' } },
      path: 'tags.Odoo-AWS:environment',
      message: /^is a tag that the project sets itself/,
      fix: /rename the key/,
    },
    {
      when: 'a key of other characters',
      change: { tags: { 'cost#center': '1' } },
      path: 'tags.cost#center',
      message: /^has a key that AWS does not take$/,
      fix: /replace the other characters/,
    },
    {
      when: 'a key that is too long',
      change: { tags: { ['k'.repeat(129)]: '1' } },
      path: `tags.${'k'.repeat(129)}`,
      message: /^has a key that AWS does not take$/,
      fix: /shorten/,
    },
    {
      when: 'a value that is too long',
      change: { tags: { team: 'v'.repeat(257) } },
      path: 'tags.team',
      message: /^has a value that AWS does not take$/,
      fix: /shorten/,
    },
    {
      when: 'a value that is no text',
      change: { tags: { 'cost-center': 4711 } },
      path: 'tags.cost-center',
      message: /^must be text$/,
      fix: /as text/,
    },
    {
      when: 'more tags than fit beside those of the project',
      change: { tags: many(41) },
      path: 'tags',
      message: /more than a resource can carry/,
      fix: /remove some/,
    },
  ]);
  itAccepts([
    { when: 'as many tags as fit', change: { tags: many(40) } },
    { when: 'letters of other scripts', change: { tags: { Größe: 'groß & klein'.replace('&', '+') } } },
    { when: 'an empty value', change: { tags: { team: '' } } },
  ]);
});
