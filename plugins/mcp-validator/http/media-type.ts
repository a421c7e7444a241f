import { LRUCache } from 'lru-cache';

/** A media type of a Content-Type or Accept header, in lower case. */
export interface MediaType {
  /** `type/subtype`. */
  readonly essence: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9a-z-]+";
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}$`);
const PARAMETER = new RegExp(`^(${TOKEN})=(?:(${TOKEN})|"([^"\\\\]*)")$`);
const MAX_HEADER_LENGTH = 1024;

/** Values that are kept parsed: clients send few different values, each many times. */
const MAX_CACHED = 100;
const types = new LRUCache<string, { readonly type: MediaType | undefined }>({ max: MAX_CACHED });
const ranges = new LRUCache<string, ReadonlySet<string>>({ max: MAX_CACHED });

/** Parses a media type with its parameters (RFC 9110, section 8.3.1); undefined if it is malformed. */
export function parseMediaType(value: string): MediaType | undefined {
  if (value.length > MAX_HEADER_LENGTH) return undefined;
  let known = types.get(value);
  if (!known) types.set(value, (known = { type: parse(value) }));
  return known.type;
}

function parse(value: string): MediaType | undefined {
  const [first = '', ...rest] = value.toLowerCase().split(';');
  const essence = first.trim();
  if (!MEDIA_TYPE.test(essence)) return undefined;
  const parameters = new Map<string, string>();
  for (const part of rest) {
    const text = part.trim();
    if (text === '') continue;
    const [, name, token, quoted] = PARAMETER.exec(text) ?? [];
    // Of two parameters with the same name, two readers may each use a different one.
    if (name === undefined || parameters.has(name)) return undefined;
    parameters.set(name, token ?? quoted ?? '');
  }
  return { essence, parameters };
}

/** The media ranges of an Accept header that have a weight above zero, in lower case; malformed ones are skipped. */
export function acceptedRanges(header: string): ReadonlySet<string> {
  const value = header.slice(0, MAX_HEADER_LENGTH);
  let known = ranges.get(value);
  if (!known) ranges.set(value, (known = parseRanges(value)));
  return known;
}

function parseRanges(value: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const part of value.split(',')) {
    const range = parse(part.trim());
    if (range && Number(range.parameters.get('q') ?? 1) > 0) found.add(range.essence);
  }
  return found;
}
