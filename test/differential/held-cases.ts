import type { Script } from '../support/scripted-plugin-server';
import type { Case } from './case';
import { ask } from './requests';

const bytes = (value: string): Buffer => Buffer.from(value, 'latin1');

/** What releases a request: Kong's conversion makes nil of `false`. */
const RELEASE: Script[number] = ['kong.nginx.set_ctx', { k: bytes('buffered_proxying'), v: { bool_value: false } }];

const headers = (values: Readonly<Record<string, string>>): Record<string, unknown> => ({
  fields: Object.entries(values).map(([key, value]) => ({ key: bytes(key), value: { string_value: bytes(value) } })),
});

const exit = (status: number, body: string, values: Readonly<Record<string, string>> = {}): Script[number] => [
  'kong.response.exit',
  { status, body: bytes(body), headers: headers(values) },
];

const clear = (name: string): Script[number] => ['kong.response.clear_header', { v: bytes(name) }];

const READS: Script = [
  ['kong.response.get_status'],
  ['kong.service.response.get_status'],
  ['kong.response.get_headers', { v: 1000 }],
  ['kong.service.response.get_headers', { v: 1000 }],
  ['kong.response.get_source'],
  ['kong.nginx.get_ctx', { v: bytes('buffered_proxying') }],
  ['kong.nginx.get_var', { v: bytes('upstream_status') }],
];
const BODY: Script[number] = ['kong.service.response.get_raw_body'];

const ANSWERS = [
  ...['x', 'chunks', 'partial', 'chunks-broken-off', 'until-close', 'http-1.0', 'reason', 'no-reason', 'twice'],
  ...[
    'private',
    'latin-1',
    'text-type',
    'not-modified',
    'no-content',
    'with-date',
    'error',
    'redirect',
    'kong-headers',
  ],
  'hang-up',
];

/** Requests whose answer the plugins `first` and `second` hold or release. */
export const HELD: readonly Case[] = [
  ...ANSWERS.flatMap((name): Case[] => [
    { ...ask('GET', `/held/${name}`), scripts: { 'first.response': [...READS, BODY] } },
    { ...ask('GET', `/held/${name}`), name: `released: ${name}`, scripts: { 'first.access': [RELEASE] } },
  ]),
  { ...ask('GET', '/held-slow/silent'), scripts: { 'first.response': READS } },
  { ...ask('GET', '/held-slow/silent'), name: 'timeout, body read', scripts: { 'first.response': [...READS, BODY] } },
  { ...ask('GET', '/held-slow/never-ends'), scripts: { 'first.response': READS } },
  { ...ask('GET', '/held-slow/never-ends', { headers: ['Accept: text/html'] }), scripts: {} },
  { ...ask('GET', '/held-dead/x'), scripts: { 'first.response': READS } },
  { ...ask('GET', '/held-dead/x'), name: 'dead, body read', scripts: { 'first.response': [BODY] } },
  {
    ...ask('GET', '/held-dead/x'),
    name: 'dead, replaced',
    scripts: { 'first.response': [exit(200, 'instead', { 'X-Own': '1' })] },
  },
  { ...ask('POST', '/held-dead/x', { body: 'x' }), scripts: {} },
  { ...ask('HEAD', '/held/x'), scripts: { 'first.response': [...READS, BODY] } },
  { ...ask('HEAD', '/held/chunks'), scripts: {} },
  { ...ask('POST', '/held/x', { body: 'x'.repeat(40_000) }), scripts: { 'first.response': [...READS, BODY] } },
  {
    ...ask('POST', '/held/x', { body: 'abc' }),
    name: 'the replaced body of a held request',
    scripts: { 'first.access': [['kong.service.request.set_raw_body', { v: bytes('longer than it was') }]] },
  },
  {
    ...ask('GET', '/held/twice'),
    name: 'a replaced answer keeps what was not cleared',
    scripts: {
      'first.response': [
        clear('X-Multi'),
        clear('ETag'),
        exit(201, '{"new":1}', { 'Content-Type': 'application/json', Server: 'own' }),
      ],
    },
  },
  {
    ...ask('GET', '/held/twice'),
    name: 'a replaced answer without a body',
    scripts: { 'first.response': [exit(200, '')] },
  },
  {
    ...ask('GET', '/held/twice'),
    name: 'headers set in access and in response',
    scripts: {
      'first.access': [['kong.response.set_headers', headers({ 'X-Multi': 'mine', 'X-Mine': '1' })]],
      'first.response': [['kong.response.set_headers', headers({ 'X-Late': '1' })]],
    },
  },
  {
    ...ask('GET', '/held/error'),
    name: 'an error in response',
    scripts: { 'first.response': [['kong.request.get_headers', { v: 0 }]] },
  },
  {
    ...ask('GET', '/held/twice'),
    name: 'a second phase reads after the first',
    scripts: { 'first.response': [BODY], 'second.response': [BODY] },
  },
  {
    ...ask('GET', '/held-twice/chunks'),
    name: 'the first response ends the phase',
    scripts: { 'first.response': [exit(200, 'of the first')], 'second.response': [exit(200, 'of the second')] },
  },
  {
    ...ask('GET', '/held-twice/chunks'),
    name: 'the second responds',
    scripts: { 'first.response': [], 'second.response': [BODY, exit(200, 'of the second')] },
  },
  {
    ...ask('GET', '/held-twice/chunks'),
    name: 'released by the first only',
    scripts: { 'first.access': [RELEASE], 'first.response': [], 'second.response': [BODY] },
  },
  {
    ...ask('GET', '/held-twice/chunks'),
    name: 'released by the second, held by the first',
    scripts: { 'second.access': [RELEASE], 'first.response': [exit(200, 'never')] },
  },
  {
    ...ask('GET', '/held-twice/chunks'),
    name: 'released by both',
    scripts: { 'first.access': [RELEASE], 'second.access': [RELEASE] },
  },
  {
    ...ask('GET', '/held-twice/x'),
    name: 'held, then answered in access',
    scripts: { 'second.access': [exit(429, 'too many')], 'first.response': [exit(200, 'never')] },
  },
  {
    ...ask('GET', '/held-twice/twice'),
    name: 'an answer that the first changed for the second',
    scripts: {
      'first.response': [
        clear('ETag'),
        ['kong.response.set_headers', headers({ 'Content-Length': '7', 'X-Multi': 'one' })],
        ['kong.response.set_status', { v: 203 }],
        ['kong.nginx.set_ctx', { k: bytes('buffered_body'), v: { string_value: bytes('changed') } }],
      ],
      'second.response': [...READS, BODY, exit(203, 'changed again')],
    },
  },
  {
    name: 'a WebSocket upgrade is never held',
    send: [
      'GET /held/ws HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: given\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      'ping',
    ],
    scripts: { 'first.response': [exit(200, 'never')] },
  },
];
