import { createHash } from 'node:crypto';

/** The longest name that every API accepts, and the part that is kept of a longer one. */
const MAX_LENGTH = 64;
const KEPT = 55;
const OTHER = /[^A-Za-z0-9_-]/g;

/**
 * The name under which a tool is offered: the APIs allow letters, digits, `_` and `-`, and 64 characters. Depends on the
 * prefix and the name only.
 */
export function publicNameOf(prefix: string, tool: string): string {
  const name = `${prefix}${tool}`.replace(OTHER, '_');
  if (name.length <= MAX_LENGTH) return name;
  const digest = createHash('sha256').update(`${prefix}${tool}`).digest('hex').slice(0, 8);
  return `${name.slice(0, KEPT)}_${digest}`;
}
