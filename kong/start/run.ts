/** Something that was started as a whole. */
export interface Run {
  readonly state: RunState;
  /** What was found on this machine and used in place of a demo. */
  readonly notices: readonly string[];
  /** Rejects when a part of it ends by itself. */
  readonly ended: Promise<never>;
  stop(): Promise<void>;
  /** Ends at once what is left; for the last moment of this process. */
  kill(): void;
}

/** What runs where. */
export interface RunState {
  readonly engine: string;
  readonly proxyUrl: string;
  /** The page with the spans. */
  readonly spansUrl: string;
  readonly adminUrl: string;
  readonly statusUrl: string;
  /** `/metrics`, `/healthz` and `/readyz` of the plugin server. */
  readonly pluginServerUrl: string;
  /** Where Kong reaches the plugin server; absent where it is in a container. */
  readonly pluginServerSocket?: string;
  /** The folder with logs, or the command that shows them. */
  readonly logs: string;
  /** The file with a line for each request; absent where `logs` is a command. */
  readonly requestLog?: string;
  /** The shell command that kills the plugin server, which is started again then. */
  readonly killPluginServer: string;
  /** The shell commands that stop it from running, while its connections stay open, and let it go on. */
  readonly freezePluginServer: string;
  readonly thawPluginServer: string;
  /** The shell command that kills the first calculator, which is started again then. */
  readonly killBackend: string;
  /** Where that calculator is reached without the gateway; absent where it is not. */
  readonly backendUrl?: string;
}
