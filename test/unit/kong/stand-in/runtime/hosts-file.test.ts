import { readHostsFile } from '../../../../../kong/stand-in/runtime/hosts-file';

const addressOf = readHostsFile(
  ['# the demo', '127.0.0.9  ollama Phoenix # names', '127.0.0.8 ollama', '::1\tsix', 'nowhere broken', ''].join('\n'),
);

it.each([
  ['a name', 'ollama', '127.0.0.9'],
  ['a second name, in any case', 'PHOENIX', '127.0.0.9'],
  ['an IPv6 address', 'six', '::1'],
  ['a name that the file does not tell', 'redis', 'redis'],
  ['a line without an address', 'broken', 'broken'],
  ['what follows a comment', 'demo', 'demo'],
])('resolves %s', (_what, host, address) => {
  expect(addressOf(host)).toBe(address);
});
