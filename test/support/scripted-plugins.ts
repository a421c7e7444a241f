import { definePlugin, field, proceed, read, reject } from '../../kong/pdk';

/** The field `word` of the configurations that were released. */
export const disposed: string[] = [];

/** Acts as the headers of the request say. */
export const guard = definePlugin({
  name: 'guard',
  version: '1.0.0',
  priority: 2,
  onError: 'reject',
  fields: { word: field.string({ description: 'A word of the test', default: 'w' }) },
  prepare: ({ word }) => {
    if (word === 'broken') throw new Error('word: must not be broken');
    return { word };
  },
  dispose: ({ word }) => void disposed.push(word),
  access: {
    reads: { headers: read.headers(), body: read.rawBody(), known: read.shared('known', (value) => value) },
    handle: ({ word }, { headers, body, known }) => {
      const action = headers.get('x-do');
      if (action === 'throw') throw new Error('a bug');
      if (action === 'reject')
        return reject({ status: 400, headers: { 'X-Why': word }, body: 'no', share: { why: word } });
      if (action === 'unencodable') return proceed({ share: { a: undefined as never } });
      if (action === 'flood')
        return reject({ status: 200, headers: {}, body: 'x'.repeat(2_000_000), share: { why: word } });
      return proceed({
        share: { seen: Buffer.from(headers.get('x-bin') ?? '', 'latin1').toString('hex'), known: typeof known },
        responseHeaders: { 'X-Body': body.kind === 'bytes' ? String(body.bytes.length) : body.kind },
        upstreamHeaders: { 'X-Word': word },
      });
    },
  },
  log: {
    reads: { entry: read.logEntry() },
    handle: (_, { entry }) => {
      if (!entry) throw new Error('not a log entry');
    },
  },
});

/** Fails on every request, and lets it pass. */
export const observer = definePlugin({
  name: 'observer',
  version: '1.0.0',
  priority: 1,
  onError: 'pass',
  fields: {},
  prepare: () => undefined,
  access: {
    reads: {},
    handle: () => {
      throw new Error('a bug');
    },
  },
});

/** Reads the body only if the headers of the request ask for it. */
export const choosy = definePlugin({
  name: 'choosy',
  version: '1.0.0',
  priority: 3,
  onError: 'reject',
  fields: {},
  prepare: () => undefined,
  access: {
    reads: { headers: read.headers() },
    more: { reads: { body: read.rawBody(), ip: read.forwardedIp() }, isNeeded: ({ headers }) => headers.has('x-read') },
    handle: (_, __, more) =>
      proceed({ share: more?.body.kind === 'bytes' ? { ip: more.ip, length: more.body.bytes.length } : { read: 0 } }),
  },
});
