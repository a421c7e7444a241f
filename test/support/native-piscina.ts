import { join, relative } from 'node:path';
import type * as PiscinaModule from 'piscina';
import { nativeRequire } from './native-module';

const { Piscina } = nativeRequire('piscina') as typeof PiscinaModule;
const root = join(__dirname, '..', '..');

/** A thread cannot run the sources under test: it runs the same module of the build. */
class PiscinaOnBuild extends Piscina {
  override run(...[task, options]: Parameters<PiscinaModule.Piscina['run']>): Promise<unknown> {
    const filename = join(root, 'dist', relative(root, options?.filename ?? ''));
    return super.run(task, { ...options, filename });
  }
}

module.exports = { Piscina: PiscinaOnBuild };
