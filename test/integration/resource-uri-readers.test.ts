import { spawnSync } from 'node:child_process';
import { join, posix, win32 } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { uriRule } from '../../plugins/mcp-validator/policy/uri-rule';
import { readingsOf } from '../../plugins/shared/mcp/resource-uris/readings';

/** Real parsers read generated spellings of a denied resource: what any of them takes for it must be denied. */

const SECRETS = [
  'file:///secret/key.txt',
  'https://intranet.example.com/secret/key.txt',
  'note://admin/secret/key.txt',
];
const DENIED = ['file:///secret/*', 'https://intranet.example.com/secret/*', 'note://admin/secret/*'];
const ALLOWED = ['file:///pub/*', 'https://intranet.example.com/pub/*', 'note://admin/pub/*'];
const IS_SECRET =
  /^(?:file:\/\/\/secret|https:\/\/intranet\.example\.com(?::443)?\/secret|note:\/\/admin\/secret)(?:\/|$)/i;
const IS_PUBLIC = /^(?:file:\/\/\/pub|https:\/\/intranet\.example\.com(?::443)?\/pub|note:\/\/admin\/pub)(?:\/|$)/;

/**
 * A reader that does not decode looks for a file with a percent sign in its name, and a host is the same in capitals and
 * in full-width letters: these are no other resources.
 */
const sameResource = (reading: string): string =>
  reading
    .replace(/%(?:[46][1-9a-f]|[57][\da])/gi, (code) => decodeURIComponent(code))
    .replace(/^https:\/\/[^/]*/, (head) =>
      head
        .normalize('NFKC')
        .replace(/\u3002|%2e/gi, '.')
        .toLowerCase(),
    );

const fixture = (name: string): string => join(__dirname, '../fixtures/uri-readers', name);
const SEED = 20_261_128;

type Reader = (uris: readonly string[]) => readonly (readonly string[])[];

/** A program that reads URIs, one base64 line each. */
const program =
  (command: string, args: readonly string[]): Reader =>
  (uris) => {
    const input = `${uris.map((uri) => Buffer.from(uri).toString('base64')).join('\n')}\n`;
    const { stdout, stderr, status } = spawnSync(command, args, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
    const lines = stdout.split('\n').slice(0, uris.length);
    return lines.map((line) => line.split(' ').map((text) => Buffer.from(text, 'base64').toString()));
  };

const attempt = <T>(read: () => T): T[] => {
  try {
    return [read()];
  } catch {
    return [];
  }
};

/** WHATWG URL with what programs in JavaScript do with its path. */
const whatwg: Reader = (uris) =>
  uris.map((uri) =>
    attempt(() => new URL(uri)).flatMap((url) => {
      const head = url.protocol === 'file:' ? 'file://' : `${url.protocol}//${url.host}`;
      const paths = [
        url.pathname,
        ...attempt(() => decodeURIComponent(url.pathname)),
        ...attempt(() => decodeURIComponent(posix.normalize(url.pathname))),
        ...attempt(() => decodeURI(url.pathname)),
        ...(url.protocol === 'file:' ? attempt(() => fileURLToPath(url)) : []),
      ];
      return paths.flatMap((path) => [
        head + path,
        head + posix.normalize(`/${path}`).replace(/^\/+/, '/'),
        head + win32.normalize(path).replaceAll('\\', '/').replace(/^\/*/, '/'),
      ]);
    }),
  );

const has = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;

const readers: readonly (readonly [name: string, reader: Reader | undefined])[] = [
  ['WHATWG URL', whatwg],
  ['Python', has('python3', '--version') ? program('python3', [fixture('read.py')]) : undefined],
  ['Go', has('go', 'version') ? program('go', ['run', fixture('read.go')]) : undefined],
];

const hex = (char: string): string => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
const twiceEncoded = (char: string): string => hex(char).replace('%', '%25');

/** Ways to write a URI otherwise; `at` says where, `text` is some harmless text. */
const tricks: readonly ((uri: string, at: number) => string)[] = [
  (uri, at) => (at > 4 ? uri.slice(0, at) + hex(uri[at] ?? 'a') + uri.slice(at + 1) : uri),
  (uri, at) => (at > 4 ? uri.slice(0, at) + twiceEncoded(uri[at] ?? 'a') + uri.slice(at + 1) : uri),
  (uri) => uri.replace(/\/(secret|pub)/, '/pub/../$1'),
  (uri) => uri.replace(/\/(secret|pub)/, '/pub//../$1'),
  (uri) => uri.replace(/\/(secret|pub)/, '/pub//../../$1'),
  (uri) => uri.replace(/\/(secret|pub)/, '/./$1'),
  (uri) => uri.replace(/\/(secret|pub)/, '//$1'),
  (uri) => uri.replace(/\/(secret|pub)/, '/pub/%2e%2e/$1'),
  (uri) => uri.replace(/\/(secret|pub)/, '/pub%2f..%2f$1'),
  (uri) => uri.replace(/\/(secret|pub)/, '/pub%5c..%5c$1'),
  (uri) => uri.replace(/\/(secret|pub)/, '/pub\\..\\$1'),
  (uri) => uri.replace(/\/(secret|pub)\//, '\\$1\\'),
  (uri) => uri.replace(/\/(secret|pub)\//, '/$1;v=1/'),
  (uri) => uri.replace(/\/(secret|pub)\//, '/pub/..;/$1/'),
  (uri) => uri.replace(/\/key.txt/, '/../secret/key.txt'),
  (uri) => uri.replace(/\/key.txt/, '/..%2fsecret'),
  (uri) => uri.replace(/\/key.txt/, ''),
  (uri) => `${uri}#`,
  (uri) => `${uri}#/../../pub/x`,
  (uri) => `${uri}?`,
  (uri) => `${uri}?x=/../../pub/y`,
  (uri) => `${uri}/.`,
  (uri) => `${uri}/`,
  (uri) => `${uri}/x/..`,
  (uri) => `${uri};a=b`,
  (uri) => `${uri}%23`,
  (uri) => `${uri}%3fa`,
  (uri) => ` ${uri}`,
  (uri) => `\u0001${uri} `,
  (uri) => `<URL:${uri}>`,
  (uri, at) => `${uri.slice(0, at)}\t${uri.slice(at)}`,
  (uri, at) => `${uri.slice(0, at)}\n${uri.slice(at)}`,
  (uri) => uri.replace(/^[a-z]+/, (scheme) => scheme.toUpperCase()),
  (uri) => uri.replace('file:///', 'file:/'),
  (uri) => uri.replace('file:///', 'file:'),
  (uri) => uri.replace('file:///', 'file:////'),
  (uri) => uri.replace('file:///', 'file:\\\\\\'),
  (uri) => uri.replace('file:///', 'file://localhost/'),
  (uri) => uri.replace('file:///', 'file://127.0.0.1/'),
  (uri) => uri.replace('file:///', 'file://LOCALHOST./'),
  (uri) => uri.replace('file:///', 'file://example.com/'),
  (uri) => uri.replace('file:///', 'file://pub/../'),
  (uri) => uri.replace('://', ':'),
  (uri) => uri.replace('://', ':/'),
  (uri) => uri.replace('://', ':///'),
  (uri) => uri.replace('intranet', 'INTRANET'),
  (uri) => uri.replace('intranet', '\uff49ntranet'),
  (uri) => uri.replace('intranet', '%69ntranet'),
  (uri) => uri.replace('intranet.', 'intranet\u3002'),
  (uri) => uri.replace('.com/', '.com./'),
  (uri) => uri.replace('.com/', '.com:443/'),
  (uri) => uri.replace('.com/', '.com:0443/'),
  (uri) => uri.replace('.com/', '.com:/'),
  (uri) => uri.replace('https://', 'https://user:pass@'),
  (uri) => uri.replace('https://', 'https://evil.com\\@'),
  (uri) => uri.replace('note://', 'note://user@'),
];

const trickery = fc.array(fc.tuple(fc.nat(tricks.length - 1), fc.nat(60)), { maxLength: 3 });
const tricked = (uri: string, list: readonly (readonly [number, number])[]): string =>
  list.reduce((text, [trick, at]) => tricks[trick]!(text, at % text.length), uri);

const spelt = (uris: readonly string[]) =>
  fc.tuple(fc.constantFrom(...uris), trickery).map(([uri, list]) => tricked(uri, list));

const TOKENS = [
  '/',
  '//',
  '\\',
  '..',
  '.',
  '%2e',
  '%2f',
  '%5c',
  '%252e',
  ';',
  '?',
  '#',
  'pub',
  'secret',
  '%73ecret',
  ' ',
  '@',
  'localhost',
  ':',
  'key',
];
const soup = (heads: readonly string[]) =>
  fc
    .tuple(fc.constantFrom(...heads), fc.array(fc.constantFrom(...TOKENS), { maxLength: 9 }))
    .map(([head, tokens]) => head + tokens.join(''));

/** Each trick alone on each URI, then many that are drawn. */
function spellings(uris: readonly string[], heads: readonly string[]): string[] {
  const alone = uris.flatMap((uri) => tricks.map((trick) => trick(uri, 10)));
  const drawn = fc.sample(fc.oneof(spelt(uris), soup(heads)), { numRuns: 4000, seed: SEED });
  return [...new Set([...uris, ...alone, ...drawn])];
}

describe.each(readers)('%s', (name, reader) => {
  if (!reader) {
    it.skip(`is not installed: install ${name} to compare the readings of URIs with it`, () => undefined);
    return;
  }

  it('reads no denied resource by a spelling that passes', () => {
    const rule = uriRule({ allow: [], deny: DENIED });
    const uris = spellings(SECRETS, ['file:///', 'file:', 'https://intranet.example.com/', 'note://admin/']);
    const all = reader(uris);
    const secret = uris.filter((_, index) => all[index]!.some((reading) => IS_SECRET.test(reading)));
    expect(secret.filter((uri) => rule.allows(uri))).toEqual([]);
    expect(secret.length).toBeGreaterThan(300);
    // Most are recognised, not merely rejected for their number of readings.
    expect(secret.filter((uri) => readingsOf(uri) === undefined).length).toBeLessThan(secret.length / 10);
  });

  it('reads only allowed resources by a spelling that passes an allow-list', () => {
    const rule = uriRule({ allow: ALLOWED, deny: [] });
    const uris = spellings(
      SECRETS.map((uri) => uri.replace('/secret/', '/pub/')),
      ['file:///pub/', 'https://intranet.example.com/pub/', 'note://admin/pub/'],
    );
    const all = reader(uris);
    const passing = uris.flatMap((uri, index) => (rule.allows(uri) ? [[uri, all[index]!] as const] : []));
    const strays = passing.flatMap(([uri, found]) =>
      found
        .filter((reading) => reading !== '' && !IS_PUBLIC.test(sameResource(reading)))
        .map((reading) => [uri, reading]),
    );
    expect(strays).toEqual([]);
    expect(passing.length).toBeGreaterThan(300);
  });
});
