/** An IPv4 network. */
export interface Ipv4Network {
  /** First address as a number. */
  readonly first: number;
  /** Last address as a number. */
  readonly last: number;
  readonly prefixLength: number;
  /** The network as it should be written: `10.0.0.0/16` for `10.0.3.1/16`. */
  readonly canonical: string;
}

/** Reads `a.b.c.d/n`; undefined if the text is something else. Host bits may be set: compare with `canonical`. */
export function parseIpv4Network(text: string): Ipv4Network | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (match === null) {
    return undefined;
  }
  const [a = 256, b = 256, c = 256, d = 256, prefixLength = 33] = match.slice(1).map(Number);
  if (Math.max(a, b, c, d) > 255 || prefixLength > 32) {
    return undefined;
  }
  const size = 2 ** (32 - prefixLength);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const first = address - (address % size);
  return { first, last: first + size - 1, prefixLength, canonical: `${dotted(first)}/${prefixLength}` };
}

/** Tells whether two networks share an address. */
export function overlap(one: Ipv4Network, other: Ipv4Network): boolean {
  return one.first <= other.last && other.first <= one.last;
}

/** Tells whether every address of `inner` lies in `outer`. */
export function contains(outer: Ipv4Network, inner: Ipv4Network): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

/** A network that is written in the code, so that it must be right. */
export function ipv4Network(text: string): Ipv4Network {
  const network = parseIpv4Network(text);
  if (network?.canonical !== text) {
    throw new Error(`not an IPv4 network: ${text}`);
  }
  return network;
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
