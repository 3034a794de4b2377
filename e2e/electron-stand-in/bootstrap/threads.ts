// Given by --import, so that it also runs in worker threads: those have original-fs and the version, but no `electron`.
import { isMainThread } from 'node:worker_threads';
import { become } from './hooks.ts';

if (!isMainThread) become('worker', undefined);
