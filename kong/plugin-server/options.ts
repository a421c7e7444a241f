import { InvalidArgumentError } from 'commander';
import { groupIdOf } from './group-id';

/** `HOST:PORT`, `[::1]:PORT` or `:PORT` (loopback). @throws InvalidArgumentError */
export function parseAddress(text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65535) throw new InvalidArgumentError('expected HOST:PORT, such as 127.0.0.1:9464');
  return { host: match[1] ?? (match[2] || '127.0.0.1'), port };
}

/** An octal file mode, such as 0660. @throws InvalidArgumentError */
export function parseMode(text: string): number {
  if (!/^0?[0-7]{3}$/.test(text)) throw new InvalidArgumentError('expected an octal mode, such as 0660');
  return Number.parseInt(text, 8);
}

/** The id of a group given by name or number. @throws InvalidArgumentError */
export function parseGroup(text: string): number {
  const id = groupIdOf(text);
  if (id !== undefined) return id;
  throw new InvalidArgumentError('no such group in /etc/group; a group can also be given by its number');
}

/** The longest time of a timer, in milliseconds; no other count needs a larger value. */
const MAX_COUNT = 2 ** 31 - 1;

/** A whole number from 1 to 2147483647. @throws InvalidArgumentError */
export function parseCount(text: string): number {
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value > 0 && value <= MAX_COUNT) return value;
  throw new InvalidArgumentError(`expected a whole number from 1 to ${MAX_COUNT}`);
}

/** A URL of HTTP, such as http://127.0.0.1:9080. @throws InvalidArgumentError */
export function parseUrl(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('expected a URL, such as http://127.0.0.1:9080');
}

/** The longest list of names. */
const MAX_NAMES = 100;

/** Names separated by commas, each once. @throws InvalidArgumentError */
export function parseNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  const isValid = names.length <= MAX_NAMES && !names.includes('') && new Set(names).size === names.length;
  if (isValid) return names;
  throw new InvalidArgumentError(`expected up to ${MAX_NAMES} different names, separated by commas`);
}
