import { AnnouncedNames } from '../../../../../plugins/shared/mcp/announced-names';

const bounds = { namesOfService: 3, names: 5, nameLength: 8 };

it('knows what a server listed, by service and kind', () => {
  const announced = new AnnouncedNames();
  announced.addListed('a', 'tools/call', ['add']);
  expect(announced.has('a', 'tools/call', 'add')).toBe(true);
  expect(announced.has('b', 'tools/call', 'add')).toBe(false);
  expect(announced.has('a', 'prompts/get', 'add')).toBe(false);
});

it('keeps the most recently listed names if a server lists too many', () => {
  const announced = new AnnouncedNames(bounds);
  announced.addListed('a', 'tools/call', ['1', '2', '3']);
  announced.addListed('a', 'tools/call', ['1', '4']);
  expect(['1', '2', '3', '4'].filter((name) => announced.has('a', 'tools/call', name))).toEqual(['1', '3', '4']);
  expect(announced.size).toBe(3);
});

it('a name that a server only accepts does not replace a name that it lists', () => {
  const announced = new AnnouncedNames(bounds);
  announced.addListed('a', 'tools/call', ['1', '2']);
  for (const name of ['x', 'y', 'z']) announced.addConfirmed('a', 'tools/call', name);
  expect(['1', '2', 'x', 'y'].filter((name) => announced.has('a', 'tools/call', name))).toEqual(['1', '2', 'x']);
});

it('drops the least recently updated service if all together list too many', () => {
  const announced = new AnnouncedNames(bounds);
  for (const service of ['a', 'b']) announced.addListed(service, 'tools/call', ['1', '2']);
  announced.addListed('a', 'prompts/get', ['p']);
  announced.addListed('c', 'tools/call', ['1', '2']);
  expect(['a', 'b', 'c'].filter((service) => announced.has(service, 'tools/call', '1'))).toEqual(['a', 'c']);
  expect(announced.size).toBe(5);
});

it('does not remember a long name', () => {
  const announced = new AnnouncedNames(bounds);
  announced.addListed('a', 'tools/call', ['123456789']);
  announced.addConfirmed('a', 'tools/call', '123456789');
  expect(announced.size).toBe(0);
});
