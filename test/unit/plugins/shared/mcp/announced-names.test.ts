import { AnnouncedNames } from '../../../../../plugins/shared/mcp/announced-names';

const bounds = { namesOfService: 3, names: 5, nameLength: 8 };

it('knows what a server listed, by service and kind', () => {
  const offered = new AnnouncedNames();
  offered.addListed('a', 'tools/call', ['add']);
  expect(offered.has('a', 'tools/call', 'add')).toBe(true);
  expect(offered.has('b', 'tools/call', 'add')).toBe(false);
  expect(offered.has('a', 'prompts/get', 'add')).toBe(false);
});

it('keeps the most recently listed names if a server lists too many', () => {
  const offered = new AnnouncedNames(bounds);
  offered.addListed('a', 'tools/call', ['1', '2', '3']);
  offered.addListed('a', 'tools/call', ['1', '4']);
  expect(['1', '2', '3', '4'].filter((name) => offered.has('a', 'tools/call', name))).toEqual(['1', '3', '4']);
  expect(offered.size).toBe(3);
});

it('a name that a server only accepts does not replace a name that it lists', () => {
  const offered = new AnnouncedNames(bounds);
  offered.addListed('a', 'tools/call', ['1', '2']);
  for (const name of ['x', 'y', 'z']) offered.addConfirmed('a', 'tools/call', name);
  expect(['1', '2', 'x', 'y'].filter((name) => offered.has('a', 'tools/call', name))).toEqual(['1', '2', 'x']);
});

it('drops the least recently updated service if all together list too many', () => {
  const offered = new AnnouncedNames(bounds);
  for (const service of ['a', 'b']) offered.addListed(service, 'tools/call', ['1', '2']);
  offered.addListed('a', 'prompts/get', ['p']);
  offered.addListed('c', 'tools/call', ['1', '2']);
  expect(['a', 'b', 'c'].filter((service) => offered.has(service, 'tools/call', '1'))).toEqual(['a', 'c']);
  expect(offered.size).toBe(5);
});

it('does not remember a long name', () => {
  const offered = new AnnouncedNames(bounds);
  offered.addListed('a', 'tools/call', ['123456789']);
  offered.addConfirmed('a', 'tools/call', '123456789');
  expect(offered.size).toBe(0);
});
