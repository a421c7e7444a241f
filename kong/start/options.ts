import { isIP } from 'node:net';
import { parseArgs } from 'node:util';

/** What can run kong.yml: Docker with the official Kong image, a `kong` on PATH, or the stand-in. */
const ENGINES = ['docker', 'kong', 'stand-in'] as const;
/** One of {@link ENGINES}. */
export type Engine = (typeof ENGINES)[number];

/** The command line of `npm start`. */
export interface StartOptions {
  /** Absent: the first one that is available. */
  readonly engine?: Engine;
  /** The loopback address that everything listens on; another one allows a second run at the same time. */
  readonly host: string;
  /** The file for the addresses of all parts ({@link RunState} as JSON), written when everything is ready. */
  readonly stateFile?: string;
  /** The folder for logs; absent: a new folder. */
  readonly logs?: string;
  /** True: arguments and results of tool calls are not recorded in spans, as in kong.yml. */
  readonly hideCalls?: true;
  readonly help: boolean;
}

/** What `--help` prints. */
export const USAGE = `usage: npm start -- [--engine docker|kong|stand-in] [--host ADDRESS] [--logs DIR] [--state FILE] [--hide-calls]

  --engine      what runs kong.yml: docker (the official Kong image), kong (the binary on PATH) or stand-in (a test
                tool of this repository); default: the first one that is available
  --host        the loopback address to listen on; default: 127.0.0.1; not with docker
  --logs        the folder for logs; default: a new folder; not with docker
  --state       when everything is ready, write all addresses to this file as JSON
  --hide-calls  do not record arguments and results of tool calls in spans; docker never records them`;

/** Reads the command line. @throws with a message for the user when it is invalid */
export function readOptions(args: readonly string[]): StartOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      engine: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      state: { type: 'string' },
      logs: { type: 'string' },
      'hide-calls': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { engine, host, state, logs, help, 'hide-calls': hideCalls } = values;
  if (engine !== undefined && !isEngine(engine)) throw new Error(`--engine must be one of ${ENGINES.join(', ')}`);
  if (isIP(host) !== 4) throw new Error('--host must be an IPv4 address');
  return {
    ...(engine && { engine }),
    host,
    ...(state !== undefined && { stateFile: state }),
    ...(logs !== undefined && { logs }),
    ...(hideCalls && { hideCalls }),
    help,
  };
}

const isEngine = (text: string): text is Engine => ENGINES.some((engine) => engine === text);
