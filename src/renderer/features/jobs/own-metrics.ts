// The numbers of Varve's own work by their names, in words.
import type { MessageKey } from '../../../contract/copy/catalogue.ts';

export const ownMetrics: Readonly<Record<string, MessageKey>> = {
  filesNew: 'run.metric.filesNew', filesChanged: 'run.metric.filesChanged', addedBytes: 'run.metric.addedBytes', totalFiles: 'run.metric.totalFiles', totalBytes: 'run.metric.totalBytes', gaps: 'run.metric.gaps',
  errors: 'run.metric.errors', bytesRead: 'run.metric.bytesRead', packs: 'run.metric.packs', removed: 'run.metric.removed', kept: 'run.metric.kept', freedBytes: 'run.metric.freedBytes', packsRemoved: 'run.metric.packsRemoved',
  files: 'run.metric.files', bytes: 'run.metric.bytes', failed: 'run.metric.failed', entries: 'run.metric.entries', status: 'run.metric.status', answerMs: 'run.metric.answerMs'
};
