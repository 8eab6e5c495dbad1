import { contains, ipv4Network } from '../ipv4.ts';
import { readNetwork } from './read-network.ts';
import type { Rule } from './rule.ts';

/** RFC 5737: addresses of examples, which nobody has. */
const documentationRanges = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'].map(ipv4Network);

/** Who may reach Odoo: networks that a security group takes and that have users in them. */
export const allowedNetworkRules: Rule = ({ settings: { allowedCidrs } }) =>
  allowedCidrs.flatMap((cidr, index) => {
    const path = `allowedCidrs.${index}`;
    const { network, problem } = readNetwork(path, cidr);
    if (network === undefined) {
      return [problem];
    }
    if (documentationRanges.some((range) => contains(range, network))) {
      return [
        {
          path,
          value: cidr,
          message: 'is a range for examples in documentation, from which no user ever comes',
          allowed: 'a network that users have',
          fix: 'write the public addresses of your office or VPN, for example from https://checkip.amazonaws.com',
        },
      ];
    }
    if (allowedCidrs.indexOf(cidr) !== index) {
      return [
        {
          path,
          value: cidr,
          message: 'is listed twice, and a security group refuses the same rule twice',
          allowed: 'every network once',
          fix: 'remove one of them',
        },
      ];
    }
    return [];
  });
