import { SERVER } from '../kong-version';
import { finishHeaders, reasonFor } from '../nginx/own-pages';
import type { Exchange } from './exchange';
import { proxyLatency, responseLatency, waitingTime } from './log-entry';
import { messageOf, type Phases } from './phases';

/**
 * Sends a response through the filters. An exception in a filter closes the connection, like in nginx.
 */
export class Responder {
  private filtered = false;
  private isOver = false;

  constructor(
    private readonly x: Exchange,
    private readonly phases: Phases,
  ) {}

  /** Sends a response of Kong itself: of a plugin, or an error. */
  respond(): void {
    const { x } = this;
    if (!x.ownResponse) throw new Error('no response to send');
    x.applyOwnResponse(x.ownResponse);
    this.whole(x.ownResponse.body ?? Buffer.alloc(0));
  }

  /** Sends Kong's error page for a failed request (`error_handlers.lua`). */
  failure(status: number): void {
    const { x } = this;
    if (x.headersSent) {
      x.isBroken = true;
      x.response.destroy();
      return;
    }
    x.fail(status);
    this.respond();
  }

  /** Sends the status and the headers of the exchange with this body. */
  whole(body: Buffer): void {
    if (!this.head()) return;
    if (body.length > 0) this.piece(body);
    this.end();
  }

  /** Sends the status and the headers of the exchange. Returns whether a body may follow. */
  head(): boolean {
    const { x } = this;
    x.moments.headerFilter = x.now();
    x.moments.accessEnd ??= x.moments.headerFilter;
    try {
      this.phases.headerFilter();
      addKongHeaders(x);
      this.filtered = this.phases.hasBodyFilter;
    } catch (error) {
      this.break(error);
      return false;
    }
    x.headersSent = true;
    finishHeaders(x.responseHeaders, x.status, x.ownResponse?.body !== undefined);
    x.response.sendDate = (x.ownResponse !== undefined || x.isHeld) && !x.responseHeaders.has('date');
    // Without the header Node would add Keep-Alive, which Kong does not send.
    const headers = [...x.responseHeaders.toRaw(), 'Connection', x.connectionHeader];
    x.response.writeHead(x.status, x.reason ?? reasonFor(x.status), headers);
    if (x.bodyInstead) {
      this.isOver = true;
      this.write(x.bodyInstead, true);
      x.response.end();
    }
    return true;
  }

  /** Sends a part of the body. Returns false when the client is slower than the upstream: wait for `drain`. */
  piece(data: Buffer): boolean {
    return this.isOver || this.write(data, false);
  }

  /** Ends the body. */
  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    if (this.filtered) this.write(Buffer.alloc(0), true);
    this.x.moments.bodyEnd = this.x.now();
    this.x.response.end();
  }

  private write(data: Buffer, last: boolean): boolean {
    const { x } = this;
    if (!this.filtered) return data.length === 0 || x.response.write(data);
    const piece = { data, last };
    try {
      this.phases.bodyFilter(piece);
    } catch (error) {
      this.break(error);
      return true;
    }
    const flowing = piece.data.length === 0 || x.response.write(piece.data);
    if (piece.last && !last && !this.isOver) {
      this.isOver = true;
      x.moments.bodyEnd = x.now();
      x.response.end();
    }
    return flowing;
  }

  private break(error: unknown): void {
    this.isOver = true;
    this.x.isBroken = true;
    this.x.log('err', messageOf(error));
    this.x.response.destroy();
  }
}

/** Kong's part of the header filter (`runloop/handler.lua`, header_filter.after). */
function addKongHeaders(x: Exchange): void {
  const headers = x.responseHeaders;
  if (x.proxied) {
    const via = x.isHeld ? undefined : headers.get('via');
    headers.set('X-Kong-Upstream-Latency', String(waitingTime(x) ?? 0));
    headers.set('X-Kong-Proxy-Latency', String(proxyLatency(x) ?? 0));
    headers.set('Via', `${via === undefined ? '' : `${via}, `}1.1 ${SERVER}`);
    if (!headers.has('server')) headers.set('Server', SERVER);
  } else {
    headers.set('X-Kong-Response-Latency', String(responseLatency(x)));
    headers.set('Server', SERVER);
  }
  headers.set('X-Kong-Request-Id', x.id);
}
