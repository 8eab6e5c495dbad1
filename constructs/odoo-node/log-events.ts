/**
 * Regular expression (RE2) of the first line of a log event; other lines belong to the event before them.
 *
 * Nearly every line is an event: JSON from nginx and from Odoo, `odoo gate: ...` from this project's programs, and the
 * dated lines of nginx's errors and of an Odoo that has not loaded its modules yet. What is left over are tracebacks of
 * those first moments, and the second half of lines longer than 16 KB, which the container runtime hands over in pieces.
 */
export const LOG_EVENT_START = '^([{]|[0-9]{4}[-/][0-9]{2}[-/][0-9]{2} |[a-z]+( [a-z]+)*: )';
