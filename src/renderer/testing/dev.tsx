// The console over a made-up engine, to look at while working on it: `npx vite -c src/renderer/vite.dev.config.ts`, then
// /testing/dev.html?home=no&keyring=no&line=lost. Not part of any release.
import '@mantine/core/styles.css';
import '../ui/fonts.css';
import '../ui/tokens.css';
import { createRoot } from 'react-dom/client';
import { createCell } from '../api/cell.ts';
import type { LineState } from '../api/line.ts';
import { App, Dressed } from '../app/App.tsx';
import { createPreferences } from '../ui/preferences.ts';
import { createFakeClient } from './fake-client.ts';
import { createWorld, enlarge } from './fake-data.ts';

const wishes = new URLSearchParams(window.location.search);
const world = createWorld(new Date(), { hasHome: wishes.get('home') !== 'no', keyring: wishes.get('keyring') !== 'no' });
if (wishes.get('many') === 'yes') enlarge(world);
if (wishes.get('sample') === 'yes') world.sample = true;
const repository = world.repositories[0];
if (wishes.get('drive') === 'absent' && repository) repository.state = 'absent';
if (wishes.get('empty') === 'yes') Object.assign(world, { plans: [], snapshots: [], repositories: [], entries: [] });
const preferences = createPreferences();
const state = createCell<LineState>({ kind: 'connecting' });
const client = createFakeClient({ world });
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <Dressed preferences={preferences}>
      <App line={{ client, host: 'browser', state }} preferences={preferences} signIn={null} />
    </Dressed>
  );
}
if (wishes.get('line') === 'lost') setTimeout(() => state.set({ kind: 'lost', since: new Date() }), 1_500);
