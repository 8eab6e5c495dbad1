/** What an environment looks like from where the command runs, without AWS. The real one is `from-here.ts`. */
export interface Outside {
  /** IPv4 addresses of a name; none where it has no record. Rejects where nobody could be asked. */
  addresses(name: string): Promise<readonly string[]>;
  /** Asks for a page. Rejects where no connection came about, also because of a certificate that nobody should trust. */
  get(url: string): Promise<Page>;
}

export interface Page {
  /** Status of HTTP. */
  readonly status: number;
  /** Until when the certificate is valid; absent without TLS. */
  readonly validTo?: Date;
}
