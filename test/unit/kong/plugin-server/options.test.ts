import { parseAddress, parseCount, parseMode, parseNames, parseUrl } from '../../../../kong/plugin-server/options';

it.each([
  ['127.0.0.1:9464', { host: '127.0.0.1', port: 9464 }],
  [':9464', { host: '127.0.0.1', port: 9464 }],
  ['0.0.0.0:0', { host: '0.0.0.0', port: 0 }],
  ['[::1]:80', { host: '::1', port: 80 }],
  ['localhost:65535', { host: 'localhost', port: 65535 }],
])('parses the address %s', (text, address) => {
  expect(parseAddress(text)).toEqual(address);
});

it.each(['', '9464', 'localhost', 'localhost:', '::1:80', 'a:65536', 'a:-1', 'a:1x', 'a:b:1'])(
  'rejects the address %j',
  (text) => {
    expect(() => parseAddress(text)).toThrow('expected HOST:PORT, such as 127.0.0.1:9464');
  },
);

it.each([
  ['0660', 0o660],
  ['660', 0o660],
  ['000', 0],
])('parses the mode %s', (text, mode) => {
  expect(parseMode(text)).toBe(mode);
});

it.each(['', '66', '0o660', '888', '00660', '1777', '-660'])('rejects the mode %j', (text) => {
  expect(() => parseMode(text)).toThrow('expected an octal mode, such as 0660');
});

it.each([
  ['1', 1],
  ['2147483647', 2147483647],
])('parses the count %s', (text, count) => {
  expect(parseCount(text)).toBe(count);
});

it.each(['', '0', '-1', '1.5', '1e3', '0x10', ' 1', '2147483648', 'many'])('rejects the count %j', (text) => {
  expect(() => parseCount(text)).toThrow('expected a whole number from 1 to 2147483647');
});

it('parses names, each once', () => {
  expect(parseNames('a, b,c')).toEqual(['a', 'b', 'c']);
  for (const text of ['', 'a,', 'a,,b', 'a,a', Array.from({ length: 101 }, (_, index) => index).join()]) {
    expect(() => parseNames(text)).toThrow('expected up to 100 different names');
  }
});

it('parses a URL of HTTP', () => {
  expect(parseUrl('http://kong:9080')).toBe('http://kong:9080');
  for (const text of ['', 'kong:9080', 'ftp://kong', 'http://']) {
    expect(() => parseUrl(text)).toThrow('expected a URL, such as http://127.0.0.1:9080');
  }
});
