import type { HeaderList } from './header-list';

const SPECIAL = new Set(['close', 'keep-alive', 'upgrade']);

/**
 * Headers that nginx never forwards, in addition to those that `Connection` lists. nginx forwards `Trailer` without the
 * trailers, which Node cannot do.
 */
const REQUEST_ONLY = ['connection', 'keep-alive', 'proxy', 'proxy-connection', 'te', 'trailer', 'expect', 'upgrade'];
const RESPONSE_ONLY = ['connection', 'keep-alive', 'transfer-encoding', 'trailer'];
/** Headers from an upstream to nginx (`proxy_hide_header`). */
const FOR_NGINX = [
  'x-pad',
  ...['x-accel-expires', 'x-accel-redirect', 'x-accel-limit-rate', 'x-accel-buffering', 'x-accel-charset'],
];

/** Removes what Kong itself clears before it proxies a request (`runloop/handler.lua`, access.after). */
export function dropNamedByConnection(headers: HeaderList): void {
  for (const name of [...namedByConnection(headers), 'proxy', 'proxy-connection']) headers.remove(name);
}

/** Removes the headers of a request that apply to the connection with the client only. */
export function dropRequestHops(headers: HeaderList): void {
  dropNamedByConnection(headers);
  for (const name of REQUEST_ONLY) headers.remove(name);
}

/** Removes the headers of a response that apply to the connection with the upstream only. */
export function dropResponseHops(headers: HeaderList): void {
  for (const name of namedByConnection(headers)) headers.remove(name);
  dropConnectionHeaders(headers);
  headers.remove('upgrade');
}

/** Removes what nginx alone removes; Kong leaves the others in an answer that it holds. */
export function dropConnectionHeaders(headers: HeaderList): void {
  for (const name of [...RESPONSE_ONLY, ...FOR_NGINX]) headers.remove(name);
}

function namedByConnection(headers: HeaderList): string[] {
  const names = (headers.get('connection') ?? '').split(',').map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== '' && !SPECIAL.has(name));
}
