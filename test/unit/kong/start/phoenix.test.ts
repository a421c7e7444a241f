import { choosePage, rootPathOf } from '../../../../kong/start/phoenix';

const page = (basename: string) => `<script>window.Config = {\n  basename: "${basename}",\n</script>`;
const DIRECT = 'http://127.0.0.1:6006';
const PROXIED = 'http://127.0.0.1:8000/phoenix';

it.each([
  [page(''), ''],
  [page('/phoenix'), '/phoenix'],
  ['<h1>Spans</h1>', undefined],
])('reads the root path of a Phoenix from its page: %j', (html, expected) => {
  expect(rootPathOf(html)).toBe(expected);
});

it.each([
  ['the demo', undefined],
  ['a Phoenix that knows where it is', '/phoenix'],
])("names the gateway's address for %s", (_, rootPath) => {
  expect(choosePage(rootPath, DIRECT, PROXIED)).toEqual({ url: `${PROXIED}/`, notices: [] });
});

it.each(['', '/spans'])(
  'names its own address for a Phoenix with the root path "%s", and how to change that',
  (rootPath) => {
    const { url, notices } = choosePage(rootPath, DIRECT, PROXIED);
    expect(url).toBe(`${DIRECT}/`);
    expect(notices).toEqual([expect.stringContaining('PHOENIX_HOST_ROOT_PATH=/phoenix')]);
  },
);
