// Entry of the page, the same file in the desktop app and in a browser.
import '@mantine/core/styles.css';
import './ui/fonts.css';
import './ui/tokens.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createDesktopLine } from './api/line.ts';
import { App, Dressed } from './app/App.tsx';
import { BrowserRoot } from './app/BrowserRoot.tsx';
import { createPreferences } from './ui/preferences.ts';

const preferences = createPreferences();
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

createRoot(root).render(
  <StrictMode>
    <Dressed preferences={preferences}>{window.varve ? <App line={createDesktopLine(window.varve)} preferences={preferences} signIn={null} /> : <BrowserRoot preferences={preferences} />}</Dressed>
  </StrictMode>
);
