/** What an environment looks like from where the command runs, without AWS. The real one is `from-here.ts`. */
export interface Outside {
  /** Where a name leads. Rejects where nobody could be asked. */
  lookUp(name: string): Promise<Address>;
  /** Asks for a page. Rejects where no connection came about, also because of a certificate that nobody should trust. */
  get(url: string): Promise<Page>;
}

export interface Page {
  /** Status of HTTP. */
  readonly status: number;
  /** Until when the certificate is valid; absent without TLS. */
  readonly validTo?: Date;
}

export interface Address {
  /** IPv4 addresses; none where the name has no record. */
  readonly addresses: readonly string[];
  /** Seconds for which others may still believe it, at most as many as the record says. */
  readonly ttl: number;
}
