import { EXITED } from '../lua/value';
import type { Exchange } from './exchange';
import type { BodyPart, PluginHandler, Step } from './plugin-handler';
import type { PluginRun, PluginsIterator } from './plugins-iterator';

/** Runs the plugins of one request through the phases, in Kong's order (`init.lua`). */
export class Phases {
  /** The plugins of this request; absent until access begins, and for a request without a route. */
  private collected: readonly PluginRun[] | undefined;

  constructor(
    private readonly x: Exchange,
    private readonly iterator: PluginsIterator,
  ) {}

  /** Runs the global plugins. Returns whether one of them responded. Throws what a plugin throws. */
  async rewrite(): Promise<boolean> {
    this.x.phase = 'rewrite';
    for (const run of this.iterator.globals()) {
      if ((await this.step(run, (handler) => handler.rewrite?.(this.x, run.config))) === EXITED) return true;
    }
    return false;
  }

  /**
   * Collects the plugins of the request and runs their access phase. After a response or an exception the remaining
   * plugins are still collected for the following phases, but do not run.
   */
  async access(): Promise<void> {
    const { x } = this;
    x.phase = 'access';
    if (!x.route) return;
    const collected: PluginRun[] = [];
    this.collected = collected;
    for (const run of this.iterator.collect(x.route, x.service, () => x.consumer?.['id'] as string | undefined)) {
      if (x.isCut) return;
      collected.push(run);
      x.isBuffered ||= run.handler.response !== undefined;
      if (x.ownResponse) continue;
      try {
        await this.step(run, (handler) => handler.access?.(x, run.config));
      } catch (error) {
        if (x.clientGone) throw error;
        this.during(run, () => {
          x.log('err', messageOf(error));
        });
        x.error(500, 'An unexpected error occurred');
        x.unexpected = true;
      }
    }
  }

  /** Runs the response phase for an answer that was read as a whole, until a plugin responds. Throws what a plugin throws. */
  async response(): Promise<void> {
    this.x.phase = 'response';
    for (const run of this.runs) {
      if ((await this.step(run, (handler) => handler.response?.(this.x, run.config))) === EXITED) return;
    }
  }

  /** Throws what a filter throws. */
  headerFilter(): void {
    this.x.phase = 'header_filter';
    for (const run of this.runs) this.during(run, () => run.handler.headerFilter?.(this.x, run.config));
  }

  /** Whether any plugin has a body filter. */
  get hasBodyFilter(): boolean {
    return this.runs.some(({ handler }) => handler.bodyFilter !== undefined);
  }

  /** Runs all body filters on one part of the body. Throws what a filter throws. */
  bodyFilter(part: BodyPart): void {
    this.x.phase = 'body_filter';
    for (const run of this.runs) this.during(run, () => run.handler.bodyFilter?.(this.x, run.config, part));
  }

  /**
   * Runs after the response ended or the client disconnected. Logs exceptions; settles when the last plugin is done.
   */
  async log(): Promise<void> {
    this.x.phase = 'log';
    await Promise.all(this.runs.map((run) => this.during(run, () => this.logOne(run))));
  }

  private async logOne({ handler, config }: PluginRun): Promise<void> {
    try {
      await handler.log?.(this.x, config);
    } catch (error) {
      this.x.log('err', `[${handler.name}] ${messageOf(error)}`);
    }
  }

  private get runs(): readonly PluginRun[] {
    return this.collected ?? this.iterator.globals();
  }

  private async step(run: PluginRun, action: (handler: PluginHandler) => Step | Promise<Step>): Promise<Step> {
    this.x.currentPlugin = { name: run.handler.name, config: run.config };
    try {
      return await action(run.handler);
    } finally {
      this.x.currentPlugin = undefined;
    }
  }

  private during<T>(run: PluginRun, action: () => T): T {
    this.x.currentPlugin = { name: run.handler.name, config: run.config };
    try {
      return action();
    } finally {
      this.x.currentPlugin = undefined;
    }
  }
}

/** The message of any thrown value. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
