import { CONNECTIONS, CPU_CONNECTIONS, type Sample } from './measure';
import { medianOf } from './stats';

/** A row with its rounds. */
export interface Measured {
  readonly name: string;
  readonly title: string;
  readonly hasServer: boolean;
  readonly samples: readonly Sample[];
}

type Numbers = (sample: Sample) => number;
const US_PER_MS = 1000;

/** The results as two tables in Markdown: speed, and resources. Each value is the median of the rounds. */
export const tablesOf = (rows: readonly Measured[]): string => [speed(rows), resources(rows)].join('\n\n');

function speed(rows: readonly Measured[]): string {
  const bare = rows.find(({ name }) => name === 'bare');
  const perLoad = (label: string) => CONNECTIONS.map((connections) => `${label} c=${connections}`);
  const loads = (pick: (load: Sample['loads'][number] | undefined) => number | undefined, digits: number) =>
    CONNECTIONS.map(
      (_, i) => (row: Measured) =>
        fixed(
          median(row, ({ loads }) => pick(loads[i]) ?? NaN),
          digits,
        ),
    );
  const share = CONNECTIONS.indexOf(CPU_CONNECTIONS);
  const rate: Numbers = ({ loads }) => loads[share]?.perSecond ?? NaN;
  return table(
    ['', ...perLoad('req/s'), '% of bare', ...perLoad('p50 ms'), ...perLoad('p99 ms')],
    rows.map((row) => [
      row.title,
      ...loads((load) => load?.perSecond, 0).map((cell) => cell(row)),
      bare ? fixed((100 * median(row, rate)) / median(bare, rate), 1) : '',
      ...loads((load) => load?.p50Ms, 2).map((cell) => cell(row)),
      ...loads((load) => load?.p99Ms, 2).map((cell) => cell(row)),
    ]),
  );
}

function resources(rows: readonly Measured[]): string {
  const bare = rows.find(({ name }) => name === 'bare');
  const ofServer = (row: Measured, pick: Numbers, digits: number) =>
    row.hasServer ? fixed(median(row, pick), digits) : '';
  return table(
    [
      '',
      'CPU µs: Kong',
      'plugin server',
      'sum',
      'RSS MiB',
      'first chunk ms',
      'more than bare',
      '1 MiB: CPU ms Kong',
      'plugin server',
    ],
    rows.map((row) => {
      const firstChunk = median(row, (sample) => sample.firstChunkMs);
      return [
        row.title,
        fixed(
          median(row, ({ cpu }) => cpu.kong),
          0,
        ),
        ofServer(row, ({ cpu }) => cpu.server, 0),
        fixed(
          median(row, ({ cpu }) => cpu.kong + cpu.server),
          0,
        ),
        ofServer(row, ({ serverRssMib }) => serverRssMib, 0),
        fixed(firstChunk, 2),
        bare ? fixed(firstChunk - median(bare, (sample) => sample.firstChunkMs), 2) : '',
        fixed(
          median(row, ({ largeBodyCpu }) => largeBodyCpu.kong / US_PER_MS),
          2,
        ),
        ofServer(row, ({ largeBodyCpu }) => largeBodyCpu.server / US_PER_MS, 2),
      ];
    }),
  );
}

const median = ({ samples }: Measured, pick: Numbers): number => medianOf(samples.map(pick));
const fixed = (value: number, digits: number): string => (Number.isNaN(value) ? '' : value.toFixed(digits));

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const ruler = head.map((_, i) => (i === 0 ? '---' : '--:'));
  return [line(head), line(ruler), ...rows.map(line)].join('\n');
}
