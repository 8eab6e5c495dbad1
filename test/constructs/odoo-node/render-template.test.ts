import { describe, expect, it } from 'vitest';
import { renderTemplate } from '../../../constructs/odoo-node/render-template.ts';

describe('a template', () => {
  it('is filled, as often as a placeholder occurs and over several lines', () => {
    expect(renderTemplate('t', '{{A}} {{B}} {{A}}', { A: 1, B: 'x\ny' })).toBe('1 x\ny 1');
  });

  it('takes a value literally, whatever it looks like to a regular expression', () => {
    expect(renderTemplate('t', '{{A}}', { A: '$& $1 $$' })).toBe('$& $1 $$');
  });

  it('leaves what a later step fills', () => {
    expect(renderTemplate('t', '{{A}} {{SECRET}}', { A: 1 }, ['SECRET'])).toBe('1 {{SECRET}}');
  });

  it('is refused with everything that does not match, at once', () => {
    expect(() => renderTemplate('t', '{{A}} {{B}}', { B: '{{A}}', C: 3 }, ['D'])).toThrow(
      'template t cannot be rendered: no value for {{A}}; no placeholder for the value C; ' +
        'no placeholder for the value D; the value B contains a placeholder',
    );
  });

  it('takes an empty value and a zero for values', () => {
    expect(renderTemplate('t', '[{{A}}{{B}}]', { A: '', B: 0 })).toBe('[0]');
  });
});
