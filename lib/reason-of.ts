import { z } from 'zod';

/** Why something could not be found out, in one line. */
export function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error).replaceAll(/\s*\n\s*/g, ' ');
  if (!(error instanceof Error)) return String(error);
  // What Node says of a host that has several addresses and answers on none has no message.
  const { message, name } = error;
  return message || ('code' in error && typeof error.code === 'string' ? error.code : name);
}
