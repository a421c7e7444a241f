import type { Fault } from '../../shared/mcp/json-rpc/fault';
import { httpFault } from '../protocol/fault';
import type { HttpFacts } from '../protocol/http-facts';
import type { HttpRules } from './http-rules';
import { acceptedRanges, parseMediaType } from './media-type';

const JSON_TYPE = 'application/json';
const EVENT_STREAM = 'text/event-stream';

/** Media type, charset and encoding of the body, and the media types that the client accepts (basic/transports). */
export function checkMedia(facts: HttpFacts, rules: HttpRules): Fault | undefined {
  if (facts.method === 'GET') {
    return accepts(facts, rules, [EVENT_STREAM]) ? undefined : notAcceptable(EVENT_STREAM);
  }
  if (facts.method !== 'POST') return undefined;
  return (
    checkContentType(facts) ??
    checkEncoding(facts) ??
    (rules.requiresAccept && !accepts(facts, rules, [JSON_TYPE, EVENT_STREAM])
      ? notAcceptable(`both ${JSON_TYPE} and ${EVENT_STREAM}`)
      : undefined)
  );
}

function checkContentType({ headers }: HttpFacts): Fault | undefined {
  const type = parseMediaType(headers.get('content-type') ?? '');
  if (type?.essence !== JSON_TYPE) {
    return httpFault(415, 'unsupported_media_type', 'The Content-Type must be application/json');
  }
  if (type.parameters.size === 0) return undefined;
  const charset = type.parameters.get('charset') ?? 'utf-8';
  // `charset*` is a second charset for readers of RFC 2231.
  const hasSecondCharset = [...type.parameters.keys()].some((name) => name.startsWith('charset*'));
  return !hasSecondCharset && (charset === 'utf-8' || charset === 'utf8')
    ? undefined
    : httpFault(415, 'unsupported_charset', 'The charset must be utf-8');
}

function checkEncoding({ headers }: HttpFacts): Fault | undefined {
  const isPlain = headers.all('content-encoding').every((value) => value.trim().toLowerCase() === 'identity');
  return isPlain
    ? undefined
    : httpFault(415, 'unsupported_encoding', 'The body must not be compressed (Content-Encoding)');
}

/** Lenient: wildcards match, and a missing header of a POST accepts all. Strict: each type must be named. */
function accepts({ headers, method }: HttpFacts, { strictAccept }: HttpRules, types: readonly string[]): boolean {
  const values = headers.all('accept');
  if (values.length === 0) return !strictAccept && method === 'POST';
  const accepted = values.map(acceptedRanges);
  return types.every((type) => {
    const family = `${type.slice(0, type.indexOf('/'))}/*`;
    return accepted.some((ranges) => ranges.has(type) || (!strictAccept && (ranges.has('*/*') || ranges.has(family))));
  });
}

const notAcceptable = (what: string): Fault =>
  httpFault(406, 'not_acceptable', `Not acceptable: the client must accept ${what}`);
