// CommonJS utility process with a worker thread; sends a port it was given on to another.
const { Worker } = require('node:worker_threads');
const { join } = require('node:path');
process.parentPort.on('message', ({ data, ports }) => {
  if (data === 'pass on') return ports[0].postMessage('take this', [ports[1]]);
  if (data === 'hold') {
    ports[0].on('message', (event) => ports[0].postMessage({ got: event.data }));
    return ports[0].start();
  }
  if (data === 'reject') {
    void Promise.reject(new Error('nobody handles this'));
    return void setTimeout(() => process.parentPort.postMessage('still here'), 30);
  }
  new Worker(join(__dirname, 'worker.mjs')).on('message', (message) => process.parentPort.postMessage(message));
});
