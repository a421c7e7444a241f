import type * as Wasmoon from 'wasmoon';
import { nativeRequire } from './native-module';

module.exports = nativeRequire('wasmoon') as typeof Wasmoon;
