// Entry of a worker thread (`out/main/worker.js` when built; Node runs this file as it is from source).
import { runWorkerThread } from './adapters/worker-thread.ts';
import { workerTasks } from './engine/worker-tasks.ts';

runWorkerThread(workerTasks);
