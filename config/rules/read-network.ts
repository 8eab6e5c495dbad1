import { parseIpv4Network, type Ipv4Network } from '../ipv4.ts';
import type { Problem } from '../problem.ts';

type Reading =
  | { readonly network: Ipv4Network; readonly problem?: undefined }
  | { readonly network?: undefined; readonly problem: Problem };

/** Reads an IPv4 network as AWS takes it, with its first address, or says what is wrong with the text. */
export function readNetwork(path: string, cidr: string): Reading {
  const network = parseIpv4Network(cidr);
  if (network?.canonical === cidr) {
    return { network };
  }
  return {
    problem: {
      path,
      value: cidr,
      message:
        network === undefined
          ? 'is not an IPv4 network'
          : `has bits set beyond its prefix /${network.prefixLength}`,
      allowed: 'an IPv4 network a.b.c.d/n with its first address',
      fix:
        network === undefined
          ? 'write it like 10.20.0.0/16; one address is a.b.c.d/32'
          : `write ${network.canonical}`,
    },
  };
}
