import type * as Jose from 'jose';
import { nativeRequire } from './native-module';

module.exports = nativeRequire('jose') as typeof Jose;
