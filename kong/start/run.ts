/** The suite while it runs. */
export interface Run {
  readonly state: RunState;
  /** Notices for the user, for example about programs that are used instead of a demo. */
  readonly notices: readonly string[];
  /** Rejects when a part exits by itself. */
  readonly ended: Promise<never>;
  stop(): Promise<void>;
  /** Kills all remaining parts at once, when this process exits. */
  kill(): void;
}

/** The addresses and commands of a run. */
export interface RunState {
  readonly engine: string;
  readonly proxyUrl: string;
  /** The page that shows the traces. */
  readonly spansUrl: string;
  readonly adminUrl: string;
  readonly statusUrl: string;
  /** `/metrics`, `/healthz` and `/readyz` of the plugin server. */
  readonly pluginServerUrl: string;
  /** The socket of the plugin server; absent when it runs in a container. */
  readonly pluginServerSocket?: string;
  /** The folder with the logs, or the command that shows them. */
  readonly logs: string;
  /** The file with one line per request; absent when `logs` is a command. */
  readonly requestLog?: string;
  /** A shell command that kills the plugin server, which is then restarted. */
  readonly killPluginServer: string;
  /** Shell commands that freeze the plugin server, while its connections stay open, and thaw it. */
  readonly freezePluginServer: string;
  readonly thawPluginServer: string;
  /** A shell command that kills the first calculator, which is then restarted. */
  readonly killBackend: string;
  /** The URL of that calculator without the gateway; absent when it is not reachable. */
  readonly backendUrl?: string;
}
