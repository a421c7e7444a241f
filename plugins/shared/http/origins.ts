import { anyGlobMatcher } from '../name-rules/glob';

/** The parts of an Origin header, in lower case, without the default port of the scheme. */
interface Origin {
  /** `scheme://host[:port]`. */
  readonly text: string;
  /** Without port; an IPv6 address has its brackets. */
  readonly host: string;
}

const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/(\[[0-9a-f:.]+\]|[a-z0-9._~-]+)(?::([0-9]{1,5}))?$/;
const DEFAULT_PORTS: ReadonlyMap<string, string> = new Map([
  ['http', '80'],
  ['https', '443'],
]);
const LOOPBACK_V4 = /^127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;
const MAX_ORIGIN_LENGTH = 512;

/** Parses a serialised origin (RFC 6454, section 6.2); undefined for `null` and for anything else. */
function parseOrigin(value: string): Origin | undefined {
  if (value.length > MAX_ORIGIN_LENGTH) return undefined;
  const [, scheme, host, port] = ORIGIN.exec(value.toLowerCase()) ?? [];
  if (scheme === undefined || host === undefined) return undefined;
  const hasOwnPort = port !== undefined && port !== DEFAULT_PORTS.get(scheme);
  return { text: `${scheme}://${host}${hasOwnPort ? `:${port}` : ''}`, host };
}

/** True for loopback hosts: `localhost`, 127.0.0.0/8 and `[::1]`. */
const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || LOOPBACK_V4.test(host);

/**
 * Compiles the allow-list of origins. An entry with a scheme is compared with the whole origin, an entry without scheme
 * with the host. Entries may be globs. An empty list allows only loopback origins.
 */
export function originMatcher(entries: readonly string[]): (value: string) => boolean {
  const lower = entries.map((entry) => entry.toLowerCase());
  const matchesOrigin = anyGlobMatcher(lower.filter((entry) => entry.includes('://')).map(withoutDefaultPort));
  const matchesHost = anyGlobMatcher(lower.filter((entry) => !entry.includes('://')));
  return (value) => {
    const origin = parseOrigin(value);
    if (!origin) return false;
    return lower.length === 0 ? isLoopback(origin.host) : matchesOrigin(origin.text) || matchesHost(origin.host);
  };
}

/** Compiles the allow-list of Host values. An entry with a port is compared with the whole value, others with the name. */
export function hostMatcher(entries: readonly string[]): ((value: string) => boolean) | undefined {
  if (entries.length === 0) return undefined;
  const matches = anyGlobMatcher(entries.map((entry) => entry.toLowerCase()));
  return (value) => {
    const host = value.toLowerCase();
    return matches(host) || matches(host.replace(/:\d{1,5}$/, ''));
  };
}

/** The form of an entry that is compared: without a trailing slash and the default port of the scheme. */
function withoutDefaultPort(entry: string): string {
  const origin = entry.replace(/\/$/, '');
  return parseOrigin(origin)?.text ?? origin;
}
