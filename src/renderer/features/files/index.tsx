// Files over all snapshots: the history of one, and looking for one by its name.
export { FindScreen } from './Find.tsx';
export { HistoryScreen } from './History.tsx';
