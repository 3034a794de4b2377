// Entry of the desktop program (Electron's main process).
import { startDesktop } from './desktop/app.ts';

startDesktop({ mainFolder: import.meta.dirname, argv: process.argv, env: process.env });
