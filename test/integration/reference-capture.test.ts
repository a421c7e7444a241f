import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { startTestGateway, type TestGateway } from '../../kong/testkit/gateway';
import { send } from '../../kong/testkit/http';
import { until } from '../../kong/testkit/until';
import { startUpstream, type TestUpstream } from '../../kong/testkit/upstream';
import { captureFromShared, type Capture } from '../../plugins/shared/captured-body/capture';

interface ReferenceConfig {
  readonly services: readonly { readonly plugins: readonly { readonly name: string; readonly config: object }[] }[];
}

const KEPT = 32 * 1024;
const reference = parse(readFileSync(join(__dirname, '../../kong/kong.yml'), 'utf8')) as ReferenceConfig;
const functions = reference.services[0]!.plugins.find(({ name }) => name === 'pre-function')!.config;

/** Logs the captured members that are present, in order, each after its name, so that the test can read them. */
const LOG_CAPTURE = `
  local text = "captured"
  for _, name in ipairs { "request", "request_tail", "request_bytes", "head", "tail", "response_bytes", "complete" } do
    local value = kong.ctx.shared.capture[name]
    if value ~= nil then text = text .. " " .. name .. "=" .. tostring(value) end
  end
  for _, name in ipairs { "first_at", "last_at" } do
    local value = kong.ctx.shared.capture[name]
    if value ~= nil then text = text .. " " .. name .. "=" .. string.format("%.3f", value) end
  end
  kong.log.notice(text)`;

let gateway: TestGateway;
let upstream: TestUpstream;
let answer: RequestListener;

beforeAll(async () => {
  upstream = await startUpstream((incoming, outgoing) => {
    answer(incoming, outgoing);
  });
  gateway = await startTestGateway({
    kongYml: stringify({
      services: [{ name: 'any', url: upstream.url, routes: [{ paths: ['/'] }] }],
      plugins: [
        { name: 'pre-function', config: functions },
        { name: 'post-function', config: { log: [LOG_CAPTURE] } },
      ],
    }),
    settings: { nginx_http_client_body_buffer_size: '1m' },
  });
});

afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

async function captured(): Promise<Capture> {
  const line = () => gateway.logs.find((text) => text.includes('captured'));
  await until(() => line() !== undefined, 'the capture');
  const [, ...members] = line()!
    .replace(/ \(request .*$/, '')
    .split(' captured')[1]!
    .split(' ');
  gateway.logs.splice(0);
  const values = members.map((member) => {
    const name = member.slice(0, member.indexOf('='));
    const value = member.slice(member.indexOf('=') + 1);
    if (value === 'true') return [name, true];
    return [name, /_(bytes|at)$/.test(name) ? Number(value) : value];
  });
  return captureFromShared(Object.fromEntries(values))!;
}

it('keeps every byte of a short exchange', async () => {
  const question = Buffer.from([0, 255, 128, 10, 13]);
  const bytes = Buffer.from([1, 254, 0, 0x22, 0x5c]);
  answer = (_incoming, outgoing) => outgoing.end(bytes);
  const before = Date.now();
  await send(`${gateway.proxyUrl}/`, { method: 'POST' }, question);
  const { request, response } = await captured();
  expect(request).toEqual({ head: question, tail: Buffer.of(), totalBytes: 5, missingBytes: 0 });
  expect(response).toMatchObject({ head: bytes, totalBytes: 5, missingBytes: 0, complete: true });
  expect(response.tail).toHaveLength(0);
  expect(response.firstAtMs).toBeGreaterThanOrEqual(before - 1);
  expect(response.lastAtMs).toBeLessThanOrEqual(Date.now() + 1);
});

it.each([
  ['in one piece', 1],
  ['in pieces', 1_000],
  ['in many small pieces', 20_000],
])('keeps the first and the last 32 KiB of a long response, %s', async (_how, pieces) => {
  const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7) % 251));
  answer = (_incoming, outgoing) => {
    const size = bytes.length / pieces;
    for (let at = 0; at < bytes.length; at += size) outgoing.write(bytes.subarray(at, at + size));
    outgoing.end();
  };
  await send(`${gateway.proxyUrl}/`);
  const { response } = await captured();
  expect(Buffer.compare(response.head, bytes.subarray(0, KEPT))).toBe(0);
  expect(Buffer.compare(response.tail, bytes.subarray(-KEPT))).toBe(0);
  expect(response).toMatchObject({ totalBytes: 200_000, missingBytes: 200_000 - 2 * KEPT, complete: true });
});

it.each([
  [KEPT, 0],
  [KEPT + 1, 1],
  [2 * KEPT, KEPT],
  [100_000, KEPT],
])('keeps the first 32 KiB of a request of %i bytes, and the last %i, and its length', async (size, last) => {
  const question = Buffer.from(Array.from({ length: size }, (_, index) => (index * 7) % 251));
  answer = (incoming, outgoing) => incoming.resume().on('end', () => outgoing.end());
  await send(`${gateway.proxyUrl}/`, { method: 'POST' }, question);
  const { request } = await captured();
  expect(Buffer.compare(request.head, question.subarray(0, KEPT))).toBe(0);
  expect(Buffer.compare(request.tail, question.subarray(size - last))).toBe(0);
  expect(request.totalBytes).toBe(size);
});

it('records the length of a request that nginx keeps in a file', async () => {
  answer = (incoming, outgoing) => incoming.resume().on('end', () => outgoing.end());
  await send(`${gateway.proxyUrl}/`, { method: 'POST' }, Buffer.alloc(2_000_000, 'q'));
  const { request } = await captured();
  expect(request.head).toHaveLength(0);
  expect(request.totalBytes).toBe(2_000_000);
});

it('keeps everything of a stream that broke off, and records that it is incomplete', async () => {
  answer = (_incoming, outgoing) => {
    outgoing.write('data: 1\n\n', () => outgoing.destroy());
  };
  await send(`${gateway.proxyUrl}/`).catch(() => undefined);
  const { response } = await captured();
  expect(Buffer.from(response.head).toString()).toBe('data: 1\n\n');
  expect(response.complete).toBe(false);
});
