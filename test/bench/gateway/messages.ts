const callOf = (args: object): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 12_345, method: 'tools/call', params: { name: 'add', arguments: args } });

/** A call of a tool, about 300 bytes. */
export const SMALL_CALL = callOf({ a: 5, b: 3, note: 'a typical argument '.repeat(10) });

const MIB = 1024 * 1024;
const LINE = '  const total = items.reduce((sum, { price }) => sum + price, 0); // "lorem ipsum"\n';

/** A call that writes a source file of 1 MiB. */
export const LARGE_CALL = callOf({
  path: 'src/index.ts',
  content: LINE.repeat(Math.floor(MIB / JSON.stringify(LINE).length)),
});

/** A request for a list of tools. */
export const LIST_REQUEST = JSON.stringify({ jsonrpc: '2.0', id: 12_345, method: 'tools/list' });
