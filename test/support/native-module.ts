interface HostProcess {
  getBuiltinModule(id: 'module'): NodeModule;
}

interface NodeModule {
  createRequire(path: string): (name: string) => unknown;
}

/**
 * Loads a package with Node's own loader instead of the test runner's: for code with dynamic imports, such as
 * Emscripten's, which the sandbox rejects. Reaches the host through a function that the sandbox shares with it.
 */
export function nativeRequire(name: string): unknown {
  const hostFunction = Buffer.from.constructor as (source: string) => () => HostProcess;
  const host = hostFunction('return process')();
  return host.getBuiltinModule('module').createRequire(__filename)(name);
}
