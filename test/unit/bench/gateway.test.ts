import { withResult } from '../../bench/gateway/document';
import { parseReport } from '../../bench/gateway/load';
import type { Sample } from '../../bench/gateway/measure';
import { ticksIn } from '../../bench/gateway/process-usage';
import { medianOf, percentileOf } from '../../bench/gateway/stats';
import { tablesOf } from '../../bench/gateway/table';

const REPORT = `Running 1s test @ http://127.0.0.1:8000/mcp
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.62ms    1.12ms  20.50ms   87.50%
    Req/Sec    10.78k     1.06k   12.73k    70.00%
  Latency Distribution
     50%  842.00us
     75%    1.82ms
     90%    2.74ms
     99%    1.20s ${''}
  10731 requests in 1.00s, 3.27MB read
Requests/sec:  10728.55
Transfer/sec:      3.27MB
`;

it('reads the report of wrk in milliseconds', () => {
  expect(parseReport(REPORT)).toEqual({
    requests: 10_731,
    perSecond: 10_728.55,
    p50Ms: 0.842,
    p99Ms: 1200,
  });
});

it.each(['Non-2xx or 3xx responses: 12', 'Socket errors: connect 0, read 3, write 0, timeout 0'])(
  'does not count a run with failed requests: %s',
  (line) => {
    expect(() => parseReport(REPORT.replace('Requests/sec', `  ${line}\nRequests/sec`))).toThrow(
      `requests failed: ${line}`,
    );
  },
);

it('does not count a run without requests', () => {
  expect(() => parseReport(REPORT.replace('10731 requests', '0 requests'))).toThrow('requests failed');
});

it('reads the CPU time of a process whose name has spaces and parentheses', () => {
  const fields = ['S', ...Array.from({ length: 10 }, (_, i) => i), 70, 30, 5, 6].join(' ');
  expect(ticksIn(`12 (nginx: (worker) 1) ${fields}`)).toBe(100);
});

it.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[], NaN],
])('takes the median of %j', (values, median) => {
  expect(medianOf(values)).toBe(median);
});

it('replaces only what is between the markers', () => {
  const [begin, end] = ['<!-- gateway benchmark -->', '<!-- /gateway benchmark -->'];
  expect(withResult(`a\n${begin}\nold\n${end}\nb`, 'new')).toBe(`a\n${begin}\n\nnew\n\n${end}\nb`);
  expect(() => withResult(`a\n${end}\n${begin}`, 'new')).toThrow('must contain');
});

const sample = (perSecond: number): Sample => ({
  loads: [1, 16, 128].map((connections) => ({ requests: 1, perSecond: perSecond * connections, p50Ms: 1, p99Ms: 2 })),
  cpu: { kong: 40, server: 20 },
  largeBodyCpu: { kong: 1000, server: 5000 },
  serverRssMib: 100,
  firstChunkMs: 1.5,
});

it('compares the medians of the rounds with those of a Kong without plugins', () => {
  const rows = tablesOf([
    { name: 'bare', title: 'bare', hasServer: false, samples: [10, 30, 20].map(sample) },
    { name: 'guard', title: 'guard', hasServer: true, samples: [5].map(sample) },
  ]).split('\n');
  expect(rows).toContain('| bare | 20 | 320 | 2560 | 100.0 | 1.00 | 1.00 | 1.00 | 2.00 | 2.00 | 2.00 |');
  expect(rows).toContain('| guard | 5 | 80 | 640 | 25.0 | 1.00 | 1.00 | 1.00 | 2.00 | 2.00 | 2.00 |');
  expect(rows).toContain('| bare | 40 |  | 60 |  | 1.50 | 0.00 | 1.00 |  |');
  expect(rows).toContain('| guard | 40 | 20 | 60 | 100 | 1.50 | 0.00 | 1.00 | 5.00 |');
});

it.each([
  [0.5, 50],
  [0.99, 99],
  [1, 100],
])('the percentile %d of 1 to 100 is %d', (share, expected) => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect(percentileOf(values, share)).toBe(expected);
  expect(percentileOf([], share)).toBeNaN();
});
