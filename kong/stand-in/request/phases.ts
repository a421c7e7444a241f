import { EXITED } from '../lua/value';
import type { PluginRun } from '../runtime/runtime';
import type { Exchange } from './exchange';
import type { BodyPiece, PluginHandler } from './plugin-handler';

/** The phases of a request in Kong's order (`init.lua`), each over the plugins that have it. */

/** Global plugins only. Gives whether one of them answered; a throw is the caller's 500. */
export async function runRewrite(x: Exchange): Promise<boolean> {
  x.phase = 'rewrite';
  for (const run of iterator(x).globals()) {
    if (await within(x, run, (handler) => handler.rewrite?.(x, run.config))) return true;
  }
  return false;
}

/**
 * Finds the request's plugins and runs their access phase. After an answer or a throw the others are still found, for
 * the phases that follow, but do not run.
 */
export async function runAccess(x: Exchange): Promise<void> {
  x.phase = 'access';
  if (!x.route) return;
  const found: PluginRun[] = [];
  x.collected = found;
  for (const run of iterator(x).collect(x.route, x.service, () => x.consumer?.['id'] as string | undefined)) {
    if (x.isCut) return;
    found.push(run);
    if (x.answer) continue;
    try {
      await within(x, run, (handler) => handler.access?.(x, run.config));
    } catch (error) {
      if (x.clientGone) throw error;
      x.currentPlugin = run;
      x.log('err', messageOf(error));
      x.currentPlugin = undefined;
      x.error(500, 'An unexpected error occurred');
      x.unexpected = true;
    }
  }
}

/** Over the found plugins, or the global ones where no route was found. Throws what a filter throws. */
export function runHeaderFilter(x: Exchange): void {
  x.phase = 'header_filter';
  for (const run of filters(x)) {
    x.currentPlugin = run;
    run.handler.headerFilter?.(x, run.config);
  }
  x.currentPlugin = undefined;
}

/** Whether any plugin looks at the body; if none does, it can pass as it is. */
export const hasBodyFilter = (x: Exchange): boolean =>
  filters(x).some(({ handler }) => handler.bodyFilter !== undefined);

/** One piece of the body through all filters. Throws what a filter throws. */
export function runBodyFilter(x: Exchange, piece: BodyPiece): void {
  x.phase = 'body_filter';
  for (const run of filters(x)) {
    x.currentPlugin = run;
    run.handler.bodyFilter?.(x, run.config, piece);
  }
  x.currentPlugin = undefined;
}

/** After the response ended or the client left. A throw is logged; settles when the last plugin is done. */
export async function runLog(x: Exchange): Promise<void> {
  x.phase = 'log';
  const pending = filters(x).map((run) => {
    x.currentPlugin = run;
    return logOne(x, run);
  });
  x.currentPlugin = undefined;
  await Promise.all(pending);
}

async function logOne(x: Exchange, run: PluginRun): Promise<void> {
  try {
    await run.handler.log?.(x, run.config);
  } catch (error) {
    x.log('err', `[${run.handler.name}] ${messageOf(error)}`);
  }
}

async function within(
  x: Exchange,
  run: PluginRun,
  step: (handler: PluginHandler) => ReturnType<NonNullable<PluginHandler['access']>>,
): Promise<boolean> {
  x.currentPlugin = run;
  try {
    return (await step(run.handler)) === EXITED;
  } finally {
    x.currentPlugin = undefined;
  }
}

const iterator = (x: Exchange) => {
  const found = x.runtime.iterators[x.worker.id];
  if (!found) throw new Error(`no worker ${x.worker.id}`);
  return found;
};

const filters = (x: Exchange): readonly PluginRun[] => x.collected ?? iterator(x).globals();

/** The message of whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
