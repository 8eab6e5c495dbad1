import type { Workflow } from './environment.ts';

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
