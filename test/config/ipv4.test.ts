import { describe, expect, it } from 'vitest';
import { contains, ipv4Network, overlap, parseIpv4Network } from '../../config/ipv4.ts';

describe('IPv4 networks', () => {
  it.each([
    ['10.20.3.1/16', '10.20.0.0/16'],
    ['255.255.255.255/32', '255.255.255.255/32'],
    ['192.168.7.0/22', '192.168.4.0/22'],
    ['1.2.3.4/0', '0.0.0.0/0'],
  ])('write %s as %s', (text, canonical) => {
    expect(parseIpv4Network(text)?.canonical).toBe(canonical);
  });

  it.each(['', '10.0.0.0', '10.0.0.0/33', '10.0.0.256/8', '10.0.0/8', '::/0', ' 10.0.0.0/8', '10.0.0.0/8 '])(
    'are not %j',
    (text) => {
      expect(parseIpv4Network(text)).toBeUndefined();
    },
  );

  it('overlap where one lies in the other, and contain it then', () => {
    const [wide, narrow, beside] = ['10.0.0.0/8', '10.255.0.0/16', '11.0.0.0/16'].map(ipv4Network);
    if (wide === undefined || narrow === undefined || beside === undefined) {
      throw new Error('three networks expected');
    }

    expect([overlap(wide, narrow), overlap(narrow, wide), overlap(wide, beside)]).toEqual([
      true,
      true,
      false,
    ]);
    expect([contains(wide, narrow), contains(narrow, wide), contains(wide, wide)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('that are written in the code must be right', () => {
    expect(() => ipv4Network('10.0.0.1/8')).toThrow('not an IPv4 network: 10.0.0.1/8');
  });
});
