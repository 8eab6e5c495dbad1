import { describe } from 'vitest';
import { itAccepts, itRefuses } from '../rule-table.ts';

describe('networks that may reach Odoo', () => {
  itRefuses([
    {
      when: 'text that is no network',
      change: { allowedCidrs: ['0.0.0.0/0', 'office'] },
      path: 'allowedCidrs.1',
      message: /^is not an IPv4 network$/,
      fix: /a\.b\.c\.d\/32/,
    },
    {
      when: 'a network with host bits',
      change: { allowedCidrs: ['81.2.69.142/24'] },
      path: 'allowedCidrs.0',
      message: /^has bits set beyond its prefix \/24$/,
      fix: /^write 81\.2\.69\.0\/24$/,
    },
    {
      when: 'a network of the documentation',
      change: { allowedCidrs: ['203.0.113.0/24'] },
      path: 'allowedCidrs.0',
      message: /^is a range for examples in documentation/,
      fix: /checkip\.amazonaws\.com/,
    },
    {
      when: 'a network listed twice',
      change: { allowedCidrs: ['81.2.69.0/24', '81.2.69.0/24'] },
      path: 'allowedCidrs.1',
      message: /^is listed twice/,
      fix: /remove one/,
    },
  ]);
  itAccepts([
    { when: 'everybody', change: { allowedCidrs: ['0.0.0.0/0'] } },
    { when: 'a single address', change: { allowedCidrs: ['81.2.69.142/32'] } },
  ]);
});
