// The application menu. Its Edit roles are what makes copy and paste work on macOS; labels are ours so that both languages are complete.
import type { MenuItemConstructorOptions } from 'electron';
import { desktopWords, type DesktopKey } from '../../contract/copy/desktop.ts';
import type { Language } from '../../contract/ids.ts';

export interface MenuFacts {
  language: Language;
  platform: NodeJS.Platform;
  /** Developer tools and reload are for a checkout, not for an installed program. */
  packaged: boolean;
  quit(): void;
}

export function applicationMenu({ language, platform, packaged, quit }: MenuFacts): MenuItemConstructorOptions[] {
  const words = (key: DesktopKey): string => desktopWords(language, key);
  const item = (key: DesktopKey, role: NonNullable<MenuItemConstructorOptions['role']>): MenuItemConstructorOptions => ({ label: words(key), role });
  const line: MenuItemConstructorOptions = { type: 'separator' };
  const quitItem: MenuItemConstructorOptions = { id: 'quit', label: words('quitShort'), accelerator: 'CommandOrControl+Q', click: quit };
  const mac = platform === 'darwin';
  const appMenu: MenuItemConstructorOptions = { label: 'Varve', submenu: [item('about', 'about'), line, item('hide', 'hide'), item('hideOthers', 'hideOthers'), item('showAll', 'unhide'), line, quitItem] };
  return [
    ...(mac ? [appMenu] : []),
    { label: words('menuFile'), submenu: [item('closeWindow', 'close'), ...(mac ? [] : [line, quitItem])] },
    { label: words('menuEdit'), submenu: [item('undo', 'undo'), item('redo', 'redo'), line, item('cut', 'cut'), item('copy', 'copy'), item('paste', 'paste'), item('selectAll', 'selectAll')] },
    {
      label: words('menuView'),
      submenu: [item('zoomIn', 'zoomIn'), item('zoomOut', 'zoomOut'), item('zoomReset', 'resetZoom'), line, item('fullScreen', 'togglefullscreen'), ...(packaged ? [] : [line, item('reload', 'reload'), item('developerTools', 'toggleDevTools')])]
    },
    { label: words('menuWindow'), role: 'window', submenu: [item('minimize', 'minimize'), item('closeWindow', 'close')] }
  ];
}
