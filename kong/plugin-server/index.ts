/** The plugin server as a program, for a package that declares plugins of its own. */
export { runCli } from './cli';
export type { Suite } from '../pdk';
