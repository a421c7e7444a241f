import type { Script } from '../support/scripted-plugin-server';

/** One case of the suite. */
export interface Case {
  readonly name: string;
  /** What the client sends, each part in its own packet. */
  readonly send: readonly string[];
  /** The number of log entries to wait for; one by default. Kong writes none for some malformed requests. */
  readonly entries?: number;
  /**
   * A known difference, listed in the README of the stand-in. `stricter`: it rejects a request that nginx accepts or
   * rejects in another way; `log`, `upstream`: only that part differs; `status`: only the class of the status is equal.
   */
  readonly differs?: 'stricter' | 'log' | 'upstream' | 'status';
  /** The status of the response, on both sides. */
  readonly status?: number;
  /** What the plugin of the plugin server does in its access phase. */
  readonly script?: Script;
  /** What the plugins of the plugin server do, by `<plugin>.<event>`; the replies of the gateway are compared too. */
  readonly scripts?: Readonly<Record<string, Script>>;
}
