import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAccessLog } from '../../../../../kong/stand-in/nginx/access-log';
import { parseDirectives } from '../../../../../kong/stand-in/nginx/directives';
import { until } from '../../../../../kong/testkit/until';

const folder = mkdtempSync(join(tmpdir(), 'access-log-'));
const reference = join(__dirname, '../../../../../kong/request-log.conf');
const log = () => undefined;
const known = (name: string) => !name.startsWith('unknown');
let files = 0;

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const fileWith = (text: string): string => {
  const file = join(folder, `include-${++files}.conf`);
  writeFileSync(file, text);
  return file;
};

/** The line that a request with these variables gets. */
async function lineOf(include: string, values: Readonly<Record<string, string>>, name = 'requests'): Promise<string> {
  const file = join(folder, `${++files}.log`);
  const access = openAccessLog(`${file} ${name}`, include, known, log);
  const valueOf = (variable: string): string | undefined =>
    values[variable] ?? access.maps.get(variable)?.((source) => valueOf(source));
  access.write(valueOf);
  await until(() => readFileSync(file, 'utf8').endsWith('\n'), 'the line');
  access.close();
  return readFileSync(file, 'utf8');
}

const requestOf = (values: Readonly<Record<string, string>>) => ({
  request_length: '300',
  bytes_sent: '500',
  status: '200',
  request_time: '0.045',
  ...values,
});

it('writes no query, and times in milliseconds like Kong', async () => {
  const values = requestOf({
    request_uri: '/a/b?apikey=secret',
    upstream_uri: '/b?apikey=secret',
    sent_http_x_kong_proxy_latency: '2',
    sent_http_x_kong_upstream_latency: '43',
  });
  const line = await lineOf(reference, values);
  expect(line).not.toContain('secret');
  expect(JSON.parse(line)).toMatchObject({
    request: { uri: '/a/b', size: 300 },
    response: { status: 200, size: 500 },
    upstream_uri: '/b',
    latencies: { request: 45, kong: 2, proxy: 43 },
    service: { name: '' },
  });
});

it.each([
  ['0.000', 0],
  ['0.007', 7],
  ['0.100', 100],
  ['12.034', 12_034],
])('writes %s seconds as %d ms', async (seconds, ms) => {
  const { latencies } = JSON.parse(await lineOf(reference, requestOf({ request_time: seconds }))) as {
    latencies: { request: number };
  };
  expect(latencies.request).toBe(ms);
});

it('writes one valid line for values with quotes, line feeds and invalid times', async () => {
  const values = requestOf({
    http_user_agent: 'a"}\n{"b":\\',
    sent_http_x_kong_upstream_latency: '1,"x":1',
    sent_http_x_kong_response_latency: '3',
  });
  const line = await lineOf(reference, values);
  expect(line.split('\n')).toHaveLength(2);
  expect(JSON.parse(line)).toMatchObject({
    request: { headers: { 'user-agent': 'a"}\n{"b":\\' } },
    latencies: { kong: 3, proxy: null },
  });
});

it.each([
  ['off', 'log_format x escape=json "";', undefined],
  ['file.log', 'log_format x escape=json "";', undefined],
  ['file.log x', '', 'unknown log format "x"'],
  ['file.log x', 'log_format x escape=json "$unknown_one";', 'unknown "unknown_one" variable'],
  ['file.log x', 'log_format x "$status";', 'escape=json only'],
  ['file.log x', 'map $status $y { ~*a b; } log_format x escape=json "";', 'does not emulate the key ~*a'],
  ['file.log x', 'map $status $y { a b; }', 'does not emulate the key a'],
  ['file.log x', 'log_format x escape=json "$status"', 'unexpected end of file'],
  ['file.log x', 'map $a $b { default ""; }; log_format x "";', 'unexpected ";"'],
])('opens %s with %j only if nginx would: %s', (setting, text, message) => {
  const path = setting.replace('file', join(folder, 'opened'));
  const open = () => {
    openAccessLog(path, fileWith(text), known, log).close();
  };
  if (message === undefined) expect(open).not.toThrow();
  else expect(open).toThrow(message);
});

it('parses words, quotes, comments and blocks', () => {
  expect(parseDirectives(`a "b c" 'd;\\'' # comment {\n e\\;f ; g { h; }`)).toEqual([
    { words: ['a', 'b c', "d;'", 'e\\;f'], block: undefined },
    { words: ['g'], block: [{ words: ['h'], block: undefined }] },
  ]);
});
