import type { RawBody } from '../../../../kong/pdk';

/**
 * A body of more bytes is read in a second thread (`SideThread`). At its worst a byte takes about 100 ns to
 * judge, so what is not larger holds up other requests for some 6 ms, and for a fraction of one as a rule.
 */
export const LARGE_BODY_BYTES = 65_536;

/** Is the body to be read there? `maxBytes`: what is larger is refused unread. */
export const isLargeBody = (body: RawBody, maxBytes: number): body is Extract<RawBody, { kind: 'bytes' }> =>
  body.kind === 'bytes' && body.bytes.length > LARGE_BODY_BYTES && body.bytes.length <= maxBytes;
