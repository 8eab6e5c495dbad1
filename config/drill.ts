/** Recovery drills, in the recovery Region. */
export interface DrillChoices {
  /** `monthly`: by itself, on the first Sunday of the month. `manual`: when somebody starts one. */
  readonly schedule: 'monthly' | 'manual';
  /** What is read of the Odoo that a drill starts, in this order. */
  readonly workflows: readonly Workflow[];
}

/** A call of Odoo's JSON-RPC interface that only reads, as the web client would make it. */
export interface Workflow {
  /** What it is called in reports, for example `open quotations`. */
  readonly name: string;
  /** For example `sale.order`. */
  readonly model: string;
  readonly method: ReadMethod;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** Module without which there is nothing to read. Absent: it has to be there. */
  readonly module?: string;
}

/** Methods of every model of Odoo 18.0 and 19.0 that change nothing. */
export const READ_METHODS = [
  'search_read',
  'search_count',
  'read',
  'read_group',
  'name_search',
  'fields_get',
] as const;

export type ReadMethod = (typeof READ_METHODS)[number];

/**
 * What a drill reads where nothing else is written: the records that the work of most companies begins with. Only contacts are
 * part of every Odoo.
 */
export const WORKFLOWS: readonly Workflow[] = [
  reads('contacts', 'res.partner'),
  reads('quotations and sales orders', 'sale.order', 'sale'),
  reads('purchase orders', 'purchase.order', 'purchase'),
  reads('invoices', 'account.move', 'account'),
  reads('transfers', 'stock.picking', 'stock'),
  reads('manufacturing orders', 'mrp.production', 'mrp'),
];

/** The newest of them, by the names that users see, which are computed from other records. */
function reads(name: string, model: string, module?: string): Workflow {
  return {
    name,
    model,
    method: 'search_read',
    args: [[]],
    kwargs: { fields: ['display_name'], limit: 10 },
    ...(module !== undefined && { module }),
  };
}
