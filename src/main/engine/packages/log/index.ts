// The record into a package.
export { keysPath, packLog, type PackedLog, type PackLogOptions } from './pack.ts';
