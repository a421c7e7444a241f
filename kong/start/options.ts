import { isIP } from 'node:net';
import { parseArgs } from 'node:util';

/** What can run kong.yml: Docker with the stock image, a `kong` on PATH, or the stand-in. */
const ENGINES = ['docker', 'kong', 'stand-in'] as const;
/** One of {@link ENGINES}. */
export type Engine = (typeof ENGINES)[number];

/** The command line of `npm start`. */
export interface StartOptions {
  /** Absent: the first that is there. */
  readonly engine?: Engine;
  /** The loopback address that everything listens on; another one lets a second run stand beside the first. */
  readonly host: string;
  /** Where to write, once all is ready, what runs where ({@link RunState} as JSON). */
  readonly stateFile?: string;
  /** Where logs go; absent: a new folder. */
  readonly logs?: string;
  /** Whether plugins that can do without an access phase get one, for the options that need it. */
  readonly withAccess: boolean;
  /** True: what tools are asked and answer stays out of spans, as kong.yml has it. */
  readonly hideCalls?: true;
  readonly help: boolean;
}

/** What `--help` prints. */
export const USAGE = `usage: npm start -- [--engine docker|kong|stand-in] [--host ADDRESS] [--logs DIR] [--state FILE] [--with-access]
                    [--hide-calls]

  --engine       what runs kong.yml: Docker with the stock image, a kong binary on PATH, or the stand-in;
                 without it the first of these that is there
  --host         the loopback address to listen on (127.0.0.1); not for docker
  --logs         the folder for logs, which stay there; a new one without it; not for docker
  --state        write what runs where to this file, as JSON, once all is ready
  --with-access  give the telemetry plugins an access phase, for their options that need one; not for docker
  --hide-calls   leave what tools are asked and answer out of spans, as kong.yml does; always so with docker`;

/** Reads the command line. @throws with a sentence for the user when it is wrong. */
export function readOptions(args: readonly string[]): StartOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      engine: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      state: { type: 'string' },
      logs: { type: 'string' },
      'with-access': { type: 'boolean', default: false },
      'hide-calls': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { engine, host, state, logs, help, 'with-access': withAccess, 'hide-calls': hideCalls } = values;
  if (engine !== undefined && !isEngine(engine)) throw new Error(`--engine is one of ${ENGINES.join(', ')}`);
  if (isIP(host) !== 4) throw new Error('--host is an IPv4 address');
  return {
    ...(engine && { engine }),
    host,
    ...(state !== undefined && { stateFile: state }),
    ...(logs !== undefined && { logs }),
    withAccess,
    ...(hideCalls && { hideCalls }),
    help,
  };
}

const isEngine = (text: string): text is Engine => ENGINES.some((engine) => engine === text);
