import { SERVER } from '../kong-version';
import { HeaderList, type HeaderPair } from '../nginx/header-list';
import { dropRequestHops } from '../nginx/hop-by-hop';
import type { Exchange } from '../request/exchange';
import { pathOf } from '../routing/uri';

/** The value of `X-Forwarded-Prefix`, if the route strips one. */
export const forwardedPrefix = (x: Exchange): string | undefined =>
  trusted(x, 'x-forwarded-prefix') ?? (x.match?.prefix === '/' ? undefined : x.match?.prefix);

/**
 * The headers of the request to the upstream: those of the client after all plugins, without hop-by-hop headers, and
 * those of Kong (`runloop/handler.lua`, `templates/nginx_kong.lua`). `host` is that of the target.
 */
export function upstreamHeaders(x: Exchange, host: string): HeaderPair[] {
  const headers = HeaderList.fromRaw(x.headers.toRaw());
  const trailers = /(^|,)\s*trailers\s*(,|$)/.test(headers.get('te') ?? '');
  const via = headers.get('via');
  const forwarded = headers.get('x-forwarded-for');
  dropRequestHops(headers);
  const own: [string, string | undefined][] = [
    ['TE', trailers ? 'trailers' : undefined],
    ['Via', `${via === undefined ? '' : `${via}, `}${Number(x.request.httpVersion)} ${SERVER}`],
    ['Host', host],
    ['Upgrade', x.isUpgrade ? 'websocket' : undefined],
    ['Connection', x.isUpgrade ? 'keep-alive, Upgrade' : 'keep-alive'],
    ['X-Forwarded-For', forwarded === undefined ? x.clientIp : `${forwarded}, ${x.clientIp}`],
    ['X-Forwarded-Proto', trusted(x, 'x-forwarded-proto') ?? 'http'],
    ['X-Forwarded-Host', trusted(x, 'x-forwarded-host') ?? x.host],
    ['X-Forwarded-Port', trusted(x, 'x-forwarded-port') ?? String(x.port)],
    ['X-Forwarded-Path', trusted(x, 'x-forwarded-path') ?? pathOf(x.target)],
    ['X-Forwarded-Prefix', forwardedPrefix(x)],
    ['X-Real-IP', x.clientIp],
    ['X-Kong-Request-Id', x.id],
  ];
  for (const [name] of own) headers.remove(name);
  const pairs = own.flatMap(([name, value]): HeaderPair[] => (value === undefined ? [] : [[name, value]]));
  return [...pairs, ...headers.entries()];
}

function trusted(x: Exchange, name: string): string | undefined {
  return x.environment.settings.trustedIps.includes(x.clientIp) ? x.headers.get(name) : undefined;
}
