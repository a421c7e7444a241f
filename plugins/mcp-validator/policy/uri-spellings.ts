/** Servers decode once; one that decodes a decoded URI again is met by the later rounds. */
const MAX_DECODINGS = 4;

const URI = /^([a-z][a-z0-9+.-]*:)?(?:[/\\]{2}([^/\\?#]*))?([^?#]*)(.*)$/is;

const DEFAULT_PORTS: ReadonlyMap<string, string> = new Map([
  ['http:', ':80'],
  ['https:', ':443'],
]);

/** One form for letters that readers who fold case take for the same. */
export const foldCase = (text: string): string => text.toUpperCase().toLowerCase();

/**
 * The URI as written, and in the forms in which servers may read it: percent-decoded, without the blanks that URL
 * parsers drop, without dot segments, doubled or turned slashes, with scheme and host in lower case (RFC 3986,
 * section 6; WHATWG URL). A handful at most.
 */
export function spellingsOf(uri: string): readonly string[] {
  const spellings = new Set([uri]);
  let decoded = uri;
  for (let i = 0; i <= MAX_DECODINGS; i++) {
    spellings.add(resolve(withoutBlanks(decoded)));
    const next = decode(decoded);
    if (next === decoded) break;
    decoded = next;
  }
  return [...spellings];
}

/** Decodes each run of percent-encoded bytes that is valid UTF-8, and leaves the others as they are. */
function decode(uri: string): string {
  return uri.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

/** Tabs and line breaks anywhere, controls and spaces at both ends. */
function withoutBlanks(uri: string): string {
  const text = uri.replace(/[\t\n\r]/g, '');
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) <= 0x20) start++;
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end--;
  return text.slice(start, end);
}

function resolve(uri: string): string {
  const [, givenScheme = '', givenAuthority, path = '', rest = ''] = URI.exec(uri) ?? [];
  const scheme = givenScheme.toLowerCase();
  const authority = resolveAuthority(scheme, givenAuthority);
  return `${scheme}${authority === undefined ? '' : `//${authority}`}${resolvePath(path)}${rest}`;
}

/** Lower case, without user, the scheme's own port and a final dot; files of this machine have none. */
function resolveAuthority(scheme: string, authority: string | undefined): string | undefined {
  if (authority === undefined) return scheme === 'file:' ? '' : undefined;
  let host = authority.toLowerCase().slice(authority.lastIndexOf('@') + 1);
  const port = DEFAULT_PORTS.get(scheme);
  if (port !== undefined && host.endsWith(port)) host = host.slice(0, -port.length);
  if (host.endsWith('.')) host = host.slice(0, -1);
  return scheme === 'file:' && host === 'localhost' ? '' : host;
}

function resolvePath(path: string): string {
  const parts = path.split(/[/\\]/);
  const segments: string[] = [];
  for (const part of parts) {
    if (part === '..') segments.pop();
    else if (part !== '.' && part !== '') segments.push(part);
  }
  const last = parts[parts.length - 1] ?? '';
  const leading = parts.length > 1 && parts[0] === '' ? '/' : '';
  const trailing = segments.length > 0 && (last === '' || last === '.' || last === '..') ? '/' : '';
  return `${leading}${segments.join('/')}${trailing}`;
}
