const callOf = (args: object): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 12_345, method: 'tools/call', params: { name: 'add', arguments: args } });

/** A call of a tool, about 300 bytes. */
export const SMALL_CALL = callOf({ a: 5, b: 3, note: 'a typical argument '.repeat(10) });

const MIB = 1024 * 1024;
const ENTRY = { path: 'src/index.ts', line: 12, text: 'lorem ipsum dolor sit amet, consectetur adipiscing elit' };

/** A call of a tool with arguments of 1 MiB: about 10 000 objects, each with a text and a number. */
export const LARGE_CALL = callOf({
  entries: Array.from({ length: Math.floor(MIB / (JSON.stringify(ENTRY).length + 1)) }, () => ENTRY),
});
