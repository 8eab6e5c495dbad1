/**
 * Login attempts per minute allowed to one client address.
 *
 * Offices share one address, so the limit follows the users: all of them can log in within ten minutes from the same
 * place. Never under 30, so that a small team with forgotten passwords does not notice it either. One attempt costs
 * Odoo about 280 CPU-milliseconds (measured on Odoo 18.0, November 2026), which is why it is limited at all.
 */
export function loginsPerMinute(users: number): number {
  return Math.max(30, Math.ceil(users / 10));
}

/**
 * Failed logins within ten minutes for which the single server bans an address.
 *
 * An office shares one address: all its users may mistype twice in the ten minutes in which they arrive. Never under 30,
 * because an application with an old password repeats itself that often before somebody has corrected it. Guessing gets
 * at most this many tries in ten minutes before it is interrupted, each time for longer.
 */
export function failedLogins(users: number): number {
  return Math.max(30, 2 * users);
}
